"""Identifiers in the form in which the models compare them, by the models' own SQL.

A second normaliser in Python would drift from the models, and each difference would be a way back
for an erased person. So the SQL that dbt compiled for `int_identity__record_identifiers` runs over
the values in question, in place of the model that it reads them from.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from stammkunde.paths import PROJECT, Home
from stammkunde.privacy.vault import ErasureError
from stammkunde.settings import Settings

_MODEL = "int_identity__record_identifiers"
_GIVEN = "int_identity__raw_identifiers"
_LINES_SHOWN = 10

# The columns of the model that gives the values, as they must stand in the table of values.
GIVEN_COLUMNS = (
    "record_node bigint, source_system varchar, country varchar, identifier_type varchar, "
    "raw_value varchar"
)


@dataclass(frozen=True)
class Project:
    """The dbt project of a home, as last compiled.

    Attributes:
        nodes: dbt's nodes by id.
        normalising_sql: compiled SQL of `int_identity__record_identifiers`.
    """

    nodes: dict[str, Any]
    normalising_sql: str

    def relation(self, model: str) -> str:
        """Name of a model's table in SQL."""
        return str(self.nodes[f"model.stammkunde.{model}"]["relation_name"])

    def is_built(self, connection: duckdb.DuckDBPyConnection, model: str) -> bool:
        """Whether a model's table is there."""
        node = self.nodes[f"model.stammkunde.{model}"]
        found = connection.execute(
            "select 1 from duckdb_tables() where database_name = current_database() "
            "and schema_name = ? and table_name = ?",
            [node["schema"], node["alias"]],
        ).fetchall()
        return bool(found)

    def normalise(self, connection: duckdb.DuckDBPyConnection, values: str, result: str) -> None:
        """Write the normalised form of values into a temporary table.

        Args:
            connection: the warehouse, with the reference seeds in it.
            values: table with `GIVEN_COLUMNS`.
            result: name of the table; it gets the columns of `int_identity__record_identifiers`.

        Raises:
            ErasureError: the model does not read its values from where it used to.
        """
        given = self.relation(_GIVEN)
        if given not in self.normalising_sql:
            raise ErasureError(f"{_MODEL} does not read {_GIVEN} any more: mend {__name__}.")
        sql = self.normalising_sql.replace(given, values)
        connection.execute(f"create or replace temp table {result} as (\n{sql}\n)")


def compile_project(place: Home, settings: Settings) -> Project:
    """Compile the normalising SQL, and make sure that its seeds are there.

    Raises:
        ErasureError: dbt cannot.
    """
    run_dbt(place, settings, "compile", "--select", _MODEL)
    project = read_project(place)
    seeds = [
        node
        for name in project.nodes[f"model.stammkunde.{_MODEL}"]["depends_on"]["nodes"]
        if (node := project.nodes.get(name, {})).get("resource_type") == "seed"
    ]
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        there = {
            tuple(row)
            for row in connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
    missing = [seed["name"] for seed in seeds if (seed["schema"], seed["alias"]) not in there]
    if missing:
        run_dbt(place, settings, "seed", "--select", *missing)
    return project


def read_project(place: Home) -> Project:
    """The project as dbt last compiled it."""
    manifest = json.loads((place.target / "manifest.json").read_text(encoding="utf-8"))
    node = manifest["nodes"][f"model.stammkunde.{_MODEL}"]
    compiled = place.target / "compiled" / node["package_name"] / node["original_file_path"]
    return Project(manifest["nodes"], compiled.read_text(encoding="utf-8"))


def run_dbt(place: Home, settings: Settings, *arguments: str) -> None:
    """Run dbt in a process of its own, for the home.

    Raises:
        ErasureError: it failed; with the last lines that it said, which hold no values.
    """
    finished = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "--no-use-colors", *arguments),
            *settings.dbt_vars_argument(),
        ],
        env={**os.environ, **place.environment()},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if finished.returncode:
        said = f"{finished.stdout}\n{finished.stderr}".strip().splitlines()
        raise ErasureError(
            f"dbt {arguments[0]} failed while an erasure was carried out: "
            + "\n".join(said[-_LINES_SHOWN:])
        )
