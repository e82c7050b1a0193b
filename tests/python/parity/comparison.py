"""Holds a table of one engine against the same table of the other, row by row and column by column.

DuckDB reads both: its own file, and the Parquet files below Spark's warehouse folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

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
    """

    schema: str
    name: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What came of comparing one table.

    Attributes:
        table: which.
        rows: rows that DuckDB has.
        columns: columns that were compared, all of them.
        differences: a sentence each; empty where the tables are equal.
    """

    table: Table
    rows: int
    columns: int
    differences: tuple[str, ...]


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
        connection.execute(f"attach '{warehouse}' as duck (read_only)")
        return [_compare(connection, spark_warehouse, table) for table in tables]


def _compare(
    connection: duckdb.DuckDBPyConnection, spark_warehouse: Path, table: Table
) -> Comparison:
    ours = f'duck."{table.schema}"."{table.name}"'
    folder = spark_warehouse / f"{table.schema}.db" / table.name
    if not any(folder.rglob("*.parquet")):
        return Comparison(table, 0, 0, (f"Spark has no files in {folder.name}",))
    theirs = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    our_types = _types(connection, ours)
    their_types = {
        name: kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMP")
        for name, kind in _types(connection, theirs).items()
    }
    if our_types != their_types:
        changed = sorted(our_types.items() ^ their_types.items())
        return Comparison(table, 0, 0, (f"columns or their types differ: {changed}",))
    columns = list(our_types)
    connection.execute(f"create or replace temp view ours as select {_list(columns)} from {ours}")
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in our_types.items())
    connection.execute(f"create or replace temp view theirs as select {casts} from {theirs}")
    differences = [
        *_doubles(connection, "ours", table.key),
        *_doubles(connection, "theirs", table.key),
        *_missing(connection, "ours", "theirs", table.key),
        *_missing(connection, "theirs", "ours", table.key),
    ]
    # Rows without a partner or with two are told already; comparing them would tell it again.
    if not differences:
        differences = _values(connection, our_types, table.key)
    rows = _rows(connection, "select count(*) from ours")[0][0]
    return Comparison(table, int(rows), len(columns), tuple(differences))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = _rows(connection, f"describe select * from {relation}")
    return {str(row[0]): str(row[1]) for row in described}


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _on(key: Sequence[str]) -> str:
    return " and ".join(f'ours."{name}" is not distinct from theirs."{name}"' for name in key)


def _doubles(connection: duckdb.DuckDBPyConnection, side: str, key: Sequence[str]) -> list[str]:
    found = _rows(
        connection,
        f"select {_list(key)}, count(*) from {side} group by all having count(*) > 1"
        f" limit {SAMPLE}",
    )
    return [f"{side}: key {row[:-1]} comes {row[-1]} times" for row in found]


def _missing(
    connection: duckdb.DuckDBPyConnection, side: str, other: str, key: Sequence[str]
) -> list[str]:
    anti = f"from {side} where not exists (select 1 from {other} where {_on(key)})"
    count = _rows(connection, f"select count(*) {anti}")[0][0]
    if not count:
        return []
    sample = _rows(connection, f"select {_list(key)} {anti} order by all limit {SAMPLE}")
    return [f"{count} rows of {side} are not in {other}, such as {sample}"]


def _values(
    connection: duckdb.DuckDBPyConnection, types: dict[str, str], key: Sequence[str]
) -> list[str]:
    differences = []
    for name, kind in types.items():
        equal = f'ours."{name}" is not distinct from theirs."{name}"'
        if kind in ("DOUBLE", "FLOAT"):
            equal += (
                f' or abs(ours."{name}" - theirs."{name}") <= {RELATIVE_TOLERANCE}'
                f' * greatest(abs(ours."{name}"), abs(theirs."{name}"))'
            )
        joined = f"from ours inner join theirs on {_on(key)} where not coalesce({equal}, false)"
        count = _rows(connection, f"select count(*) {joined}")[0][0]
        if count:
            keys = ", ".join(f'ours."{column}"' for column in key)
            sample = _rows(
                connection,
                f'select {keys}, ours."{name}", theirs."{name}" {joined} order by all'
                f" limit {SAMPLE}",
            )
            differences.append(f"{name} differs in {count} rows (key, ours, theirs): {sample}")
    return differences
