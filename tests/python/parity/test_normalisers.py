"""The tables of tricky values on both engines: every clean value and every reason the same."""

import shutil
from pathlib import Path

import pytest
import yaml

from stammkunde.homes import prepare
from stammkunde.parity import Comparison, Table, compare
from stammkunde.paths import PROJECT, Home
from stammkunde.spark import passing_warehouse

from ..identity.normalisers import (
    COPIED,
    DOMAINS,
    TABLE_NAMES,
    WORD_LISTS,
    Written,
    blocked_and_not,
    blocking_cases,
    literal_values,
    models,
    read_table,
)
from .engines import dbt

COMPARED = (
    Table("cases", "int_identity__record_identifiers", ("record_node",)),
    Table("cases", "int_identity__idna_domains", ("email_domain",)),
    Table("cases", "int_identity__phone_numbers", ("raw_value", "country")),
    Table("cases", "clean_names", ("record_node",)),
)


def tricky_values() -> list[Written]:
    values = [case.written for name in TABLE_NAMES for case in read_table(name)]
    values += [Written("email", f"eva@{domain}") for domain in DOMAINS]
    for row in blocking_cases():
        values += blocked_and_not(row)
    return list(dict.fromkeys(values))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real normalisers over the tricky values."""
    root = tmp_path_factory.mktemp("normalisers")
    for path in COPIED:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (PROJECT / path).is_dir():
            shutil.copytree(PROJECT / path, target)
        else:
            shutil.copy(PROJECT / path, target)
    for path, text in models(literal_values(tricky_values())).items():
        (root / "models" / path).write_text(text, encoding="utf-8")
    settings = {
        "name": "stammkunde",
        "version": "1.0",
        "config-version": 2,
        "profile": "stammkunde",
        "vars": WORD_LISTS,
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"stammkunde": {"+materialized": "table", "+schema": "cases"}},
        "seeds": {"stammkunde": {"+schema": "reference"}},
    }
    (root / "dbt_project.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def comparisons(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Comparison]:
    home = Home(tmp_path_factory.mktemp("normalisers_home"))
    prepare(home)
    for engine in ("duckdb", "spark"):
        build = dbt(
            engine,
            home,
            ["build", "--select", "+int_identity__record_identifiers", "written_values+"],
            project=project,
        )
        assert build.succeeded, build.output
    found = compare(home.warehouse, passing_warehouse(home), list(COMPARED))
    return {comparison.table.name: comparison for comparison in found}


@pytest.mark.parametrize("name", [table.name for table in COMPARED])
def test_the_engines_clean_alike(name: str, comparisons: dict[str, Comparison]) -> None:
    assert comparisons[name].rows > 20
    assert comparisons[name].differences == ()
