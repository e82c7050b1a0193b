"""Fixtures: the models' compiled SQL, and an empty warehouse to run it in."""

from pathlib import Path

import duckdb
import pytest

from stammkunde.paths import PROJECT, Home

from .quality_bench import AS_OF, CONFORMED, GIVEN, MODELS, Bench, dbt


@pytest.fixture(scope="session")
def model_sql(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The compiled SQL of every quality model, by name."""
    home = tmp_path_factory.mktemp("compiled")
    dbt(home, "compile", "--quiet", "--select", "path:models/quality")
    folder = home / "target" / "compiled" / "stammkunde" / "models" / "quality"
    return {name: (folder / f"{name}.sql").read_text(encoding="utf-8") for name in MODELS}


@pytest.fixture
def bench(tmp_path: Path, model_sql: dict[str, str]) -> Bench:
    """An empty warehouse on 2025-12-31: every table is there, none has a row but the rules."""
    # The compiled SQL names the database, which takes its name from the file.
    path = tmp_path / Home(tmp_path).warehouse.name
    with duckdb.connect(str(path)) as connection:
        for schema in ("conformed", "quality", "reference"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table conformed.as_of as select ?::date as as_of_date, "
            "(?::date + 1)::timestamp as as_of_end",
            [AS_OF, AS_OF],
        )
        for feed, columns in CONFORMED.items():
            connection.execute(f"create table conformed.{feed} ({columns})")
        for name, columns in GIVEN.items():
            connection.execute(f"create table quality.{name} ({columns})")
        rules = PROJECT / "seeds" / "reference" / "collection_checks.csv"
        connection.execute(
            "create table reference.collection_checks as select * replace "
            "(coalesce(subject, '') as subject) from read_csv(?)",
            [str(rules)],
        )
        connection.execute(
            "create table reference.key_scopes (source_system varchar, key_name varchar, "
            "key_source_system varchar)"
        )
    return Bench(path, model_sql)
