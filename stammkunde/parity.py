"""Holds the marts of one engine against those of the other, row by row and column by column.

``python -m stammkunde.parity --home DIR`` builds a loaded home on both engines and says how many
rows it compared, how many differ, and what each engine took. DuckDB reads both results: its own
file, and the Parquet files below Spark's warehouse folder.

Compared are the public marts, and models with ``config.meta.compared``; of these not the columns
with ``config.meta.differs_by_run``. What a column with ``config.meta.pii`` holds is never shown.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Shown

from stammkunde import progress, spark
from stammkunde.dbt_build import WITHOUT_UNIT_TESTS, BuildError, Outcome, dbt_build
from stammkunde.homes import HomeError, hold, prepare
from stammkunde.paths import Home, home
from stammkunde.settings import SettingsError, from_environment

# Floats may differ in their last digits: sums are taken in another order.
RELATIVE_TOLERANCE = 1e-9

SAMPLE = 3


@dataclass(frozen=True)
class Table:
    """A table that both engines built.

    Attributes:
        schema: its schema; Spark's folder is ``<schema>.db``.
        name: its name.
        key: the columns of its grain.
        left_out: columns that are not compared, since each run has its own.
        personal: columns whose values are not shown.
    """

    schema: str
    name: str
    key: tuple[str, ...]
    left_out: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Comparison:
    """What came of comparing one table.

    Attributes:
        table: which.
        rows: rows that DuckDB has.
        columns: columns that were compared.
        differing: rows of either engine without an equal of the other.
        differences: a sentence each; empty where the tables are equal.
    """

    table: Table
    rows: int
    columns: int
    differing: int
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Parity:
    """A home built on both engines.

    Attributes:
        duckdb: what the build on DuckDB came to.
        spark: what the build on Spark came to.
        comparisons: one a table; empty where a build failed.
    """

    duckdb: Outcome
    spark: Outcome
    comparisons: tuple[Comparison, ...]

    @property
    def problems(self) -> list[str]:
        """What is not as it should be, a sentence each."""
        failed = [
            f"{engine}: {problem}"
            for engine, outcome in (("DuckDB", self.duckdb), ("Spark", self.spark))
            for problem in outcome.problems
        ]
        return failed + [
            f"{comparison.table.name}: {difference}"
            for comparison in self.comparisons
            for difference in comparison.differences
        ]

    def __str__(self) -> str:
        """The figures in a line."""
        rows = sum(comparison.rows for comparison in self.comparisons)
        differing = sum(comparison.differing for comparison in self.comparisons)
        return (
            f"{len(self.comparisons)} tables, {rows:,} rows compared, "
            f"{differing:,} rows differing; "
            f"DuckDB {self.duckdb.seconds:.0f} s, Spark {self.spark.seconds:.0f} s"
        )


def build_and_compare(
    place: Home,
    variables: Mapping[str, Any],
    arguments: Sequence[str] = WITHOUT_UNIT_TESTS,
    **spark_environment: str,
) -> Parity:
    """Build a loaded home on both engines and compare.

    Spark reads the raw tables as exported, DuckDB a copy of them in a file of its own below
    ``spark``, so that the home's warehouse stays as it is.

    Args:
        place: the home.
        variables: dbt's vars.
        arguments: further arguments of ``dbt build``.
        spark_environment: variables for ``profiles.yml``, such as those of a cluster.

    Raises:
        SparkError: no Java, or no raw tables.
        BuildError: dbt breaks off before it builds.
    """
    on_spark = spark.build(place, variables, arguments, **spark_environment)
    on_duckdb = build_on_duckdb(place, variables, arguments)
    if not (on_spark.succeeded and on_duckdb.succeeded):
        return Parity(on_duckdb, on_spark, ())
    tables = spark.warehouse_of_build(place, **spark_environment)
    return Parity(on_duckdb, on_spark, compare_builds(place, tables))


def build_on_duckdb(
    place: Home,
    variables: Mapping[str, Any],
    arguments: Sequence[str] = WITHOUT_UNIT_TESTS,
    *,
    anew: bool = True,
) -> Outcome:
    """Build a copy of the raw tables of a home on DuckDB, beside its warehouse.

    Args:
        place: the home.
        variables: dbt's vars.
        arguments: further arguments of ``dbt build``.
        anew: without what an earlier build left; else its history stays.

    Raises:
        BuildError: dbt breaks off before it builds.
    """
    warehouse = duckdb_file(place)
    if anew:
        shutil.rmtree(warehouse.parent, ignore_errors=True)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach {spark.literal(place.warehouse)} as loaded (read_only)")
        connection.execute("create schema if not exists raw")
        for table in spark.raw_tables(connection, "loaded"):
            connection.execute(
                f'create or replace table raw."{table}" as from loaded.raw."{table}"'
            )
    environment = {
        **place.environment(),
        "STAMMKUNDE_TARGET": "duckdb",
        "STAMMKUNDE_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(warehouse.parent / "target"),
    }
    log_path = place.logs / "spark-duckdb.log"
    return dbt_build("DuckDB", environment, variables, log_path, arguments)


def duckdb_file(place: Home) -> Path:
    """The DuckDB file that Spark's tables of a home are compared with."""
    # Its name is the database's, which dbt writes into the names of relations.
    return spark.spark_folder(place) / "duckdb" / place.warehouse.name


def compare_builds(place: Home, spark_warehouse: Path) -> tuple[Comparison, ...]:
    """Compare what the last builds on both engines left in a home.

    Args:
        place: the home.
        spark_warehouse: folder of Spark's tables.
    """
    manifest = duckdb_file(place).parent / "target" / "manifest.json"
    tables = compared_tables(json.loads(manifest.read_text(encoding="utf-8")))
    return tuple(compare(duckdb_file(place), spark_warehouse, tables))


def compared_tables(content: Mapping[str, Any]) -> list[Table]:
    """The public marts and what is marked to be compared, each with the key of its grain test.

    Args:
        content: dbt's manifest.

    Raises:
        LookupError: one of them without a grain test.
    """
    keys = _keys(content)
    tables = []
    for node in content["nodes"].values():
        is_mart = node["resource_type"] == "model" and node["access"] == "public"
        is_seed = node["resource_type"] == "seed" and node["config"]["meta"].get("published")
        is_marked = node["config"].get("meta", {}).get("compared")
        if is_mart or is_seed or is_marked:
            if node["unique_id"] not in keys:
                raise LookupError(f"{node['name']} has no test of its grain")
            tables.append(
                Table(
                    node["schema"],
                    node["name"],
                    keys[node["unique_id"]],
                    left_out=_columns_with(node, "differs_by_run"),
                    personal=_columns_with(node, "pii"),
                )
            )
    return sorted(tables, key=lambda table: table.name)


def _columns_with(node: Mapping[str, Any], mark: str) -> frozenset[str]:
    return frozenset(
        name for name, column in node["columns"].items() if column["config"]["meta"].get(mark)
    )


def _keys(content: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Columns of the grain by node: of a test on several columns, or of a unique one."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in content["nodes"].values():
        if node["resource_type"] != "test" or not node.get("test_metadata"):
            continue
        arguments = node["test_metadata"]["kwargs"]
        if node["test_metadata"]["name"] == "unique" and arguments["column_name"].isidentifier():
            keys.setdefault(node["attached_node"], (arguments["column_name"],))
        elif node["test_metadata"]["name"] == "unique_combination_of_columns":
            keys[node["attached_node"]] = _key_columns(arguments)
    return keys


def _key_columns(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    columns: Sequence[str] = arguments.get("columns") or arguments["arguments"]["columns"]
    return tuple(columns)


def compare(warehouse: Path, spark_warehouse: Path, tables: Sequence[Table]) -> list[Comparison]:
    """Compare tables of a DuckDB file with those of Spark's warehouse folder.

    Args:
        warehouse: the DuckDB file; nobody may be writing to it.
        spark_warehouse: folder with one ``<schema>.db/<table>`` folder of Parquet files a table.
        tables: what to compare.
    """
    with duckdb.connect() as connection:
        # Spark's timestamps are instants; shown in UTC they are the naive ones of DuckDB.
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {spark.literal(warehouse)} as duck (read_only)")
        return [_compare(connection, spark_warehouse, table) for table in tables]


def _compare(
    connection: duckdb.DuckDBPyConnection, spark_warehouse: Path, table: Table
) -> Comparison:
    ours = f'duck."{table.schema}"."{table.name}"'
    rows = _count(connection, ours)
    folder = spark_warehouse / f"{table.schema}.db" / table.name
    if not any(folder.rglob("*.parquet")):
        # Of a table without rows, Spark may write no file.
        said = (f"Spark has no files in {folder.name}",) if rows or not folder.is_dir() else ()
        return Comparison(table, rows, 0, rows, said)
    files = spark.literal(folder / "**" / "*.parquet")
    theirs = f"read_parquet({files}, hive_partitioning = true)"
    our_types = _types(connection, ours, table)
    their_types = {
        name: kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMP")
        for name, kind in _types(connection, theirs, table).items()
    }
    if our_types != their_types:
        changed = sorted(our_types.items() ^ their_types.items())
        return Comparison(table, rows, 0, rows, (f"columns or their types differ: {changed}",))
    columns = list(our_types)
    connection.execute(f"create or replace temp view ours as select {_list(columns)} from {ours}")
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in our_types.items())
    connection.execute(f"create or replace temp view theirs as select {casts} from {theirs}")
    misfits = [
        *_doubles(connection, "ours", table.key),
        *_doubles(connection, "theirs", table.key),
        *_missing(connection, "ours", "theirs", table.key),
        *_missing(connection, "theirs", "ours", table.key),
    ]
    differing = sum(count for count, _ in misfits)
    differences = [sentence for _, sentence in misfits]
    # Rows without a partner or with two are told already; comparing them would tell it again.
    if not misfits:
        differing, differences = _values(connection, our_types, table)
    return Comparison(table, rows, len(columns), differing, tuple(differences))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(_rows(connection, f"select count(*) from {relation}")[0][0])


def _types(connection: duckdb.DuckDBPyConnection, relation: str, table: Table) -> dict[str, str]:
    described = _rows(connection, f"describe select * from {relation}")
    return {str(row[0]): str(row[1]) for row in described if row[0] not in table.left_out}


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _on(key: Sequence[str]) -> str:
    return " and ".join(f'ours."{name}" is not distinct from theirs."{name}"' for name in key)


def _doubles(
    connection: duckdb.DuckDBPyConnection, side: str, key: Sequence[str]
) -> list[tuple[int, str]]:
    found = _rows(
        connection,
        f"select {_list(key)}, count(*) from {side} group by all having count(*) > 1 order by all",
    )
    if not found:
        return []
    surplus = sum(int(row[-1]) - 1 for row in found)
    sample = f"such as (key, rows) {found[:SAMPLE]}"
    return [(surplus, f"{len(found)} keys of {side} come more than once, {sample}")]


def _missing(
    connection: duckdb.DuckDBPyConnection, side: str, other: str, key: Sequence[str]
) -> list[tuple[int, str]]:
    anti = f"from {side} where not exists (select 1 from {other} where {_on(key)})"
    count = int(_rows(connection, f"select count(*) {anti}")[0][0])
    if not count:
        return []
    sample = _rows(connection, f"select {_list(key)} {anti} order by all limit {SAMPLE}")
    return [(count, f"{count} rows of {side} are not in {other}, such as {sample}")]


def _values(
    connection: duckdb.DuckDBPyConnection, types: Mapping[str, str], table: Table
) -> tuple[int, list[str]]:
    """How many rows differ, and a sentence for each column that does."""
    unequal = {name: f"not coalesce({_equal(name, kind)}, false)" for name, kind in types.items()}
    joined = f"from ours inner join theirs on {_on(table.key)}"
    counts = ", ".join(f"count(*) filter (where {test})" for test in unequal.values())
    anywhere = " or ".join(unequal.values())
    differing, *by_column = _rows(
        connection, f"select count(*) filter (where {anywhere}), {counts} {joined}"
    )[0]
    differences = []
    for (name, test), count in zip(unequal.items(), by_column, strict=True):
        if count:
            keys = ", ".join(f'ours."{column}"' for column in table.key)
            values = "" if name in table.personal else f', ours."{name}", theirs."{name}"'
            sample = _rows(
                connection,
                f"select {keys}{values} {joined} where {test} order by all limit {SAMPLE}",
            )
            shown = "key" if name in table.personal else "key, ours, theirs"
            differences.append(f"{name} differs in {count} rows ({shown}): {sample}")
    return int(differing), differences


def _equal(name: str, kind: str) -> str:
    ours, theirs = f'ours."{name}"', f'theirs."{name}"'
    equal = f"{ours} is not distinct from {theirs}"
    if kind not in ("DOUBLE", "FLOAT"):
        return equal
    margin = f"{RELATIVE_TOLERANCE} * greatest(abs({ours}), abs({theirs}))"
    return f"({equal} or abs({ours} - {theirs}) <= {margin})"


def main() -> int:
    """The command line.

    Returns:
        Exit code: 0 where both engines have the same rows, 1 where a build failed or rows differ, 2
        where it could not begin.
    """
    parser = argparse.ArgumentParser(prog="stammkunde.parity", description=__doc__)
    parser.add_argument("--home", type=Path, help="default: $STAMMKUNDE_HOME or data")
    arguments = parser.parse_args()
    place = Home(arguments.home.resolve()) if arguments.home else home()
    console = Console()
    try:
        with hold(place):
            prepare(place)
            with progress.on_terminal(console):
                parity = build_and_compare(place, from_environment().dbt_vars())
    except (spark.SparkError, BuildError, SettingsError, HomeError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    _show(console, place, parity)
    return 1 if parity.problems else 0


def _show(console: Console, place: Home, parity: Parity) -> None:
    shown = Shown("table", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("rows", "columns", "differing"):
        shown.add_column(heading, justify="right")
    for each in parity.comparisons:
        shown.add_row(each.table.name, f"{each.rows:,}", str(each.columns), f"{each.differing:,}")
    if parity.comparisons:
        console.print(shown)
    for problem in parity.problems:
        console.print(f"✗ {problem}", style="red", markup=False, highlight=False)
    tests = f"{parity.spark.models} models and seeds, {parity.spark.tests} data tests passed"
    lines = (
        f"Parity: {parity}",
        f"Spark:  {tests}",
        f"Tables: {spark.warehouse_of_build(place)}",
        f"Log:    {place.logs / 'spark.log'}",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
