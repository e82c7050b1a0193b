"""The engines: all that a run does differently on one or the other, beside dbt's own dialects.

Variable ``STAMMKUNDE_TARGET`` names the engine, as it names the output of ``profiles.yml``. On
DuckDB a run loads landing files into a warehouse file and publishes a copy of the marts. On Spark
the raw tables are there already and the marts are read where they are built; what gates and page
need of them is a handful of small tables, which come through dbt into DuckDB files of the home, so
that gates and page read the same on both.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb

from stammkunde.paths import PROJECT, Home
from stammkunde.publish import serving as served
from stammkunde.settings import Settings, SettingsError
from stammkunde.spark import SparkError, session_environment, spark_folder

Row = Mapping[str, Any]

_LINES_SHOWN = 10

_SECONDS_TO_WAIT = 60.0


class Engine(Protocol):
    """What a run does on an engine."""

    @property
    def loads_files(self) -> bool:
        """Whether a run loads landing files; else ``source()`` names tables that exist."""

    @property
    def publishes_file(self) -> bool:
        """Whether a run copies the marts for its readers; else they are read where they are."""

    @property
    def matches_people(self) -> bool:
        """Whether a run can match people who share no identifier."""

    def environment(self, place: Home) -> dict[str, str]:
        """Variables for ``profiles.yml``, beside those of the home.

        Raises:
            SparkError: the engine cannot start on this machine.
        """

    def query(self, place: Home, sql: str) -> list[Row]:
        """Rows of a small result, each by column.

        Raises:
            SparkError: Spark cannot give them.
            duckdb.Error: DuckDB cannot.
        """

    def record(self, place: Home) -> Path:
        """DuckDB file in which the gates find the statistics and leave their verdicts."""

    def serving(self, place: Home) -> Path:
        """Serving folder that the page is drawn from."""

    def bring_statistics(self, place: Home, settings: Settings) -> None:
        """Bring the statistics of the last build into the record.

        Raises:
            SparkError: Spark cannot give them.
        """

    def bring_marts(self, place: Home) -> None:
        """Bring what the page shows of the marts into the serving folder.

        Raises:
            SparkError: Spark cannot give them.
        """


class DuckDB:
    """A file of this machine, which all read."""

    loads_files = True
    publishes_file = True
    matches_people = True

    def environment(self, place: Home) -> dict[str, str]:  # noqa: ARG002 - the home says it all
        """Nothing: the variables of the home name the file."""
        return {}

    def query(self, place: Home, sql: str) -> list[Row]:
        """Rows with DuckDB's types."""
        with duckdb.connect(str(place.warehouse), read_only=True) as connection:
            result = connection.execute(sql)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def record(self, place: Home) -> Path:
        """The warehouse."""
        return place.warehouse

    def serving(self, place: Home) -> Path:
        """The published files."""
        return place.serving

    def bring_statistics(self, place: Home, settings: Settings) -> None:
        """They lie where the gates read."""

    def bring_marts(self, place: Home) -> None:
        """They were published."""


class Spark:
    """A Spark of this machine or a cluster, whatever ``profiles.yml`` connects to."""

    loads_files = False
    publishes_file = False
    matches_people = False

    def environment(self, place: Home) -> dict[str, str]:
        """Settings of a session with a metastore, since a run is several processes of dbt."""
        if os.environ.get("STAMMKUNDE_SPARK_METHOD", "session") != "session":
            return {}  # no Java is needed here
        return session_environment(place, "hive")

    def query(self, place: Home, sql: str) -> list[Row]:
        """Rows with every value as text, since they come through dbt."""
        (result,) = self._results(place, [sql])
        return [dict(zip(result["columns"], row, strict=True)) for row in result["rows"]]

    def record(self, place: Home) -> Path:
        """A file beside Spark's own folders."""
        return spark_folder(place) / "record.duckdb"

    def serving(self, place: Home) -> Path:
        """Versions of the few rows that the page shows."""
        return spark_folder(place) / "page"

    def bring_statistics(self, place: Home, settings: Settings) -> None:
        """Copy the day's statistics, so that what the gates judge is what was built."""
        day = "as_of_date in (select as_of.as_of_date from conformed.as_of)"
        tables = {
            "conformed.as_of": "true",
            "quality.quality_enabled_feeds": "true",
            "quality.quality_statistics": day,
            **{f"staging.stg_{source}__row_counts": "true" for source in settings.sources},
        }
        self.record(place).parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.record(place))) as connection:
            connection.execute("begin")
            self._copy(place, tables, connection)
            connection.execute("commit")

    def bring_marts(self, place: Home) -> None:
        """Copy the summary into a version of its own; the page's readers never see half of one."""
        folder = self.serving(place)
        folder.mkdir(parents=True, exist_ok=True)
        served.adopt(folder, _SECONDS_TO_WAIT)
        with served.only_publisher(folder, _SECONDS_TO_WAIT):
            served.clean(folder)
            version = served.next_version(folder)
            building = served.building_file(folder, version)
            with duckdb.connect(str(building)) as connection:
                tables = {"conformed.as_of": "true", "marts.segment_summary": "true"}
                self._copy(place, tables, connection)
                connection.execute(
                    "create table marts._publication as "
                    "select ? as version, as_of_date from conformed.as_of",
                    [version],
                )
            served.name(folder, version)
            served.point_to(folder, version)
            served.prune(folder)

    def _copy(
        self, place: Home, tables: Mapping[str, str], connection: duckdb.DuckDBPyConnection
    ) -> None:
        """Copy the rows of small tables that hold a condition, under their own names."""
        queries = [
            query
            for table, condition in tables.items()
            for query in (f"describe {table}", f"select * from {table} where {condition}")
        ]
        results = iter(self._results(place, queries))
        for table in tables:
            described, rows = next(results), next(results)
            # Spark's names of types are DuckDB's too; behind the columns it describes partitions.
            types = {row[0]: row[1] for row in reversed(described["rows"])}
            columns = ", ".join(f'"{name}" {types[name]}' for name in rows["columns"])
            connection.execute(f"create schema if not exists {table.partition('.')[0]}")
            connection.execute(f"create or replace table {table} ({columns})")
            if rows["rows"]:
                marks = ", ".join("?" for _ in rows["columns"])
                connection.executemany(f"insert into {table} values ({marks})", rows["rows"])

    def _results(self, place: Home, queries: Sequence[str]) -> list[dict[str, Any]]:
        """Results of queries as macro ``print_queries`` prints them."""
        finished = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                *("--quiet", "run-operation", "print_queries", "--target", "spark"),
                *("--args", json.dumps({"queries": list(queries)})),
            ],
            env={**os.environ, **place.environment(), **self.environment(place)},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        results = list(_printed(finished.stdout))
        if finished.returncode or len(results) != len(queries):
            said = f"{finished.stdout}\n{finished.stderr}".strip().splitlines()
            raise SparkError("Spark gave no answer: " + "\n".join(said[-_LINES_SHOWN:]))
        return results


_ENGINES: Mapping[str, type[DuckDB] | type[Spark]] = {"duckdb": DuckDB, "spark": Spark}


def chosen_engine(environment: Mapping[str, str] | None = None) -> Engine:
    """The engine of this process.

    Args:
        environment: variables to read; by default the process's own.

    Raises:
        SettingsError: there is no such engine.
    """
    variables = os.environ if environment is None else environment
    target = variables.get("STAMMKUNDE_TARGET") or "duckdb"
    if target not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise SettingsError(f"STAMMKUNDE_TARGET is {target!r}; the engines are {known}.")
    return _ENGINES[target]()


def _printed(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith('{"columns"'):
            yield json.loads(line)
