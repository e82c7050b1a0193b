"""Identifiers in the form in which the models compare them, by the models' own SQL.

A second normaliser in Python would drift from the models, and each difference would be a way back
for an erased person. So the SQL that dbt compiled for `int_identity__record_identifiers`, and for
the models between it and the values, runs over the values in question.
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
        steps: table and compiled SQL of the models that clean values, each after those it reads;
            the last is `int_identity__record_identifiers`.
    """

    nodes: dict[str, Any]
    steps: tuple[tuple[str, str], ...]

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
            ErasureError: the models do not read their values from where they used to.
        """
        given = self.relation(_GIVEN)
        if not any(given in sql for _, sql in self.steps):
            raise ErasureError(f"{_MODEL} does not read {_GIVEN} any more: mend {__name__}.")
        stand_ins = {given: values}
        for number, (relation, sql) in enumerate(self.steps, start=1):
            is_last = number == len(self.steps)
            stand_ins[relation] = result if is_last else f"{result}_step_{number}"
            for name, stand_in in stand_ins.items():
                sql = sql.replace(name, stand_in)
            connection.execute(f"create or replace temp table {stand_ins[relation]} as (\n{sql}\n)")
        for stand_in in list(stand_ins.values())[1:-1]:
            connection.execute(f"drop table temp.{stand_in}")


def compile_project(place: Home, settings: Settings) -> Project:
    """Compile the normalising SQL, and make sure that its seeds are there.

    Raises:
        ErasureError: dbt cannot.
    """
    # The manifest that is there may be of another version of the models.
    run_dbt(place, settings, "parse")
    nodes = json.loads(_manifest(place).read_text(encoding="utf-8"))["nodes"]
    run_dbt(
        place, settings, "compile", "--select", *(nodes[name]["name"] for name in _chain(nodes))
    )
    project = read_project(place)
    read = {
        name
        for model in _chain(project.nodes)
        for name in project.nodes[model]["depends_on"]["nodes"]
    }
    seeds = [
        node
        for name in sorted(read)
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
    nodes = json.loads(_manifest(place).read_text(encoding="utf-8"))["nodes"]

    def compiled(node: dict[str, Any]) -> str:
        file = Path(node["package_name"], node["original_file_path"])
        return (place.target / "compiled" / file).read_text(encoding="utf-8")

    return Project(
        nodes,
        tuple((nodes[name]["relation_name"], compiled(nodes[name])) for name in _chain(nodes)),
    )


def _manifest(place: Home) -> Path:
    return place.target / "manifest.json"


def _chain(nodes: dict[str, Any]) -> list[str]:
    """Ids of the models that clean values, each behind those it reads."""
    found: list[str] = []

    def visit(name: str) -> None:
        node = nodes.get(name, {})
        if node.get("resource_type") != "model" or node["name"] == _GIVEN or name in found:
            return
        for read in node["depends_on"]["nodes"]:
            visit(read)
        found.append(name)

    visit(f"model.stammkunde.{_MODEL}")
    return found


def run_dbt(place: Home, settings: Settings, *arguments: str) -> None:
    """Run dbt in a process of its own, for the home.

    Raises:
        ErasureError: it failed; with the last lines that it said, which hold no values.
    """
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "stammkunde.parsed"),
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
