"""A throw-away dbt project around the repository's macros: one parse, many runs."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from stammkunde.paths import PROJECT


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

    def forget_manifest(self) -> None:
        """Parse once more before the next command: a file of the project has changed."""
        self._manifest = None

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
