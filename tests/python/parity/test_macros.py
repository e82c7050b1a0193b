"""Every dispatched macro on both engines: a model per macro, built on each, compared row by row."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from stammkunde.homes import prepare
from stammkunde.parity import Comparison, Table, compare
from stammkunde.paths import PROJECT, Home
from stammkunde.spark import passing_warehouse

from .engines import Build, Engine, dbt

CASES = Path(__file__).parent / "macro_cases"
STOPS = "raise_error_stops"
NAMES = sorted(path.stem for path in CASES.glob("*.sql") if path.stem != STOPS)

# Macros without dialects of their own that lean on what the engines do differently.
FURTHER = {"plain_number", "same_person", "street_words", "typed_value"}

# Dispatched macros whose effect no expression shows, and what shows it instead.
COVERED_ELSEWHERE = {
    "register_raw_tables": "every build of the parity tests reads its raw tables through it",
    "connected_components_write": "test_components compares both engines step by step",
    "restore_crosswalk": "test_graph loses the crosswalk between two days",
    "appended_rows_config": "test_marts holds what both engines staged against each other",
    "updated_rows_config": "test_marts holds what both engines staged against each other",
    "file_days_config": "test_marts holds what both engines counted against each other",
    "changed_devices_config": "test_marts compares fct_events, test_graph after two days",
    "row_hash": "each engine compares its rows by a hash of its own",
    "record_states": "Spark publishes no file, so that nobody asks for the results",
}


def _dispatched() -> set[str]:
    pattern = re.compile(r"adapter[.]dispatch[(]\s*'(\w+)',\s*'stammkunde'\s*[)]")
    return {
        name
        for path in PROJECT.glob("macros/**/*.sql")
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }


def test_every_dispatched_macro_has_a_case() -> None:
    assert len(_dispatched()) >= 8
    assert _dispatched() - set(NAMES) - set(COVERED_ELSEWHERE) == set()
    assert set(NAMES) - _dispatched() == FURTHER


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the repository's macros and the cases alone."""
    root = tmp_path_factory.mktemp("macros")
    shutil.copytree(PROJECT / "macros", root / "macros")
    shutil.copytree(CASES, root / "models")
    settings = {
        "name": "stammkunde",
        "version": "1.0",
        "config-version": 2,
        "profile": "stammkunde",
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"stammkunde": {"+materialized": "table", "+schema": "cases"}},
        "vars": {"run_number": 1, "sources": {}},
    }
    (root / "dbt_project.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = Home(tmp_path_factory.mktemp("macros_home"))
    prepare(place)
    return place


@pytest.fixture(scope="module")
def comparisons(project: Path, home: Home) -> dict[str, Comparison]:
    for engine in ("duckdb", "spark"):
        build = dbt(
            engine,
            home,
            ["run", "--exclude", STOPS],
            ["run", "--select", "whole_days_config", "--vars", "run_number: 2"],
            project=project,
        )
        assert build.succeeded, build.output
    tables = [Table("cases", name, ("case_id",)) for name in NAMES]
    found = compare(home.warehouse, passing_warehouse(home), tables)
    return {comparison.table.name: comparison for comparison in found}


@pytest.mark.parametrize("name", NAMES)
def test_the_engines_agree(name: str, comparisons: dict[str, Comparison]) -> None:
    assert comparisons[name].rows > 0
    assert comparisons[name].differences == ()


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_raise_error_stops_with_its_message(engine: Engine, project: Path, home: Home) -> None:
    build: Build = dbt(engine, home, ["run", "--select", STOPS], project=project)
    assert not build.succeeded
    assert "this day is missing" in build.output
