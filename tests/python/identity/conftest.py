"""A throw-away dbt project around the repository's macros: one parse, many runs."""

import csv
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from stammkunde.paths import PROJECT

from .normalisers import WORD_LISTS


class DbtProject:
    """A dbt project in a temporary folder with a warehouse of its own."""

    def __init__(self, root: Path, models: Mapping[str, str], config: Mapping[str, Any]) -> None:
        """Write the project's files.

        Args:
            root: empty folder that becomes the project.
            models: model files to write, path below ``models`` to SQL or YAML text.
            config: further top-level keys of ``dbt_project.yml``.
        """
        self.root = root
        self.warehouse = root / "test.duckdb"
        for path, text in models.items():
            self.write(f"models/{path}", text)
        project = {
            "name": "stammkunde",
            "version": "1.0",
            "config-version": 2,
            "profile": "test",
            "flags": {"send_anonymous_usage_stats": False},
            **config,
        }
        duckdb_output = {
            "type": "duckdb",
            "path": str(self.warehouse),
            "threads": 1,
            "settings": {"TimeZone": "UTC"},
        }
        profile = {"test": {"target": "duckdb", "outputs": {"duckdb": duckdb_output}}}
        self.write("dbt_project.yml", yaml.safe_dump(project))
        self.write("profiles.yml", yaml.safe_dump(profile))
        self._manifest: Manifest | None = None

    def write(self, path: str, text: str) -> None:
        """Write one file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def copy(self, path: str) -> None:
        """Copy a file or folder of the repository to the same place in this project."""
        source = PROJECT / path
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)

    def dbt(self, *arguments: str) -> dbtRunnerResult:
        """Run dbt here; the project is parsed only the first time."""
        place = [
            "--project-dir",
            str(self.root),
            "--profiles-dir",
            str(self.root),
            "--quiet",
            "--no-use-colors",
        ]
        if self._manifest is None:
            parsed = dbtRunner().invoke(["parse", *place])
            assert isinstance(parsed.result, Manifest), parsed.exception
            self._manifest = parsed.result
        return dbtRunner(manifest=self._manifest).invoke([*arguments, *place])

    def execute(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement in the warehouse and fetch everything."""
        with duckdb.connect(str(self.warehouse)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def load(self, table: str, frame: Any) -> None:  # noqa: ANN401 - whatever DuckDB can scan
        """Replace a table by a data frame or Arrow table."""
        schema = table.split(".")[0]
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.register("frame", frame)
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace table {table} as select * from frame")


@contextmanager
def identifier_types(project: DbtProject, kind: str = "", **changes: str) -> Iterator[None]:
    """Change columns of seed `identifier_types`, of one type or of all, for a while."""
    path = project.root / "seeds/reference/identifier_types.csv"
    kept = path.read_text(encoding="utf-8")
    rows = list(csv.DictReader(kept.splitlines()))
    for row in rows:
        if kind in ("", row["identifier_type"]):
            row.update(changes)
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    try:
        path.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
        assert project.dbt("seed", "--select", "identifier_types", "--full-refresh").success
        yield
    finally:
        path.write_text(kept, encoding="utf-8")
        assert project.dbt("seed", "--select", "identifier_types", "--full-refresh").success


@pytest.fixture(scope="session")
def make_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., DbtProject]]:
    """A maker of throw-away projects; dbt's folders stay inside each of them."""
    kept = {
        name: os.environ.pop(name, None)
        for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_PROJECT_DIR", "DBT_PROFILES_DIR")
    }

    def make(
        name: str, models: Mapping[str, str], config: Mapping[str, Any] | None = None
    ) -> DbtProject:
        return DbtProject(tmp_path_factory.mktemp(name), models, config or {})

    yield make
    os.environ.update({name: value for name, value in kept.items() if value is not None})


@pytest.fixture(scope="session")
def identity_project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """The real identity models, macros and seeds over stand-ins for the conformed feeds.

    Without the models of the quality of identity, which every scenario would build in vain.
    """
    return make_identity_project(make_project, "identity", has_quality=False)


@pytest.fixture(scope="session")
def measured_project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """The same with the models of the quality of identity."""
    return make_identity_project(make_project, "measured", has_quality=True)


def make_identity_project(
    make_project: Callable[..., DbtProject],
    name: str,
    *,
    has_quality: bool = False,
    **variables: object,
) -> DbtProject:
    """A project of its own over stand-ins for the feeds, with its seeds loaded and its vars."""
    from .feeds import Feeds, identity_models

    names = (
        "identity_limits",
        "key_scopes",
        "street_words",
        "identifier_types",
        "blocked_identifiers",
        "household_identifiers",
        "placeholder_dates",
        "name_variants",
        "email_providers",
        "phone_countries",
        "survivorship_rules",
        "source_priorities",
    )
    project = make_project(
        name,
        identity_models(),
        {
            "vars": {**WORD_LISTS, **variables},
            "test-paths": ["tests/dbt"],
            "on-run-start": ["{{ log_identity_changes() }}"],
            "models": {
                "stammkunde": {"identity": {"+schema": "identity", "+materialized": "table"}}
            },
            "seeds": {"stammkunde": {"reference": {"+schema": "reference"}}},
        },
    )
    for path in (
        "models/identity",
        "models/marts/core/fct_events.sql",
        "macros/config",
        "macros/core",
        "macros/cross_db",
        "macros/identity",
        "macros/materializations",
        "macros/quality/label_table.sql",
        *(f"seeds/reference/{name}.csv" for name in (*names, "address_channels")),
        "seeds/reference/_identity__seeds.yml",
    ):
        project.copy(path)
    project.write(
        "seeds/reference/key_scopes.csv",
        "source_system,key_name,key_source_system\ntracker,user_key,shop\ntracker,order_key,shop\n",
    )
    if has_quality:
        project.write(
            "models/conformed/as_of.sql", "select cast('2025-12-31' as date) as as_of_date"
        )
        for test in (PROJECT / "tests/dbt/singular").glob("customer*.sql"):
            project.copy(str(test.relative_to(PROJECT)))
    else:
        shutil.rmtree(project.root / "models/identity/quality")
    project.copy("tests/dbt/generic")
    for test in (PROJECT / "tests/dbt/singular").glob("identity_*.sql"):
        project.copy(str(test.relative_to(PROJECT)))
    Feeds().load(project)
    result = project.dbt("seed")
    assert result.success, result.exception
    return project
