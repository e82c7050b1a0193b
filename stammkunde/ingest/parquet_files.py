"""Reading Parquet: typed values become text, always the same text for the same value.

Times are ISO 8601 (``2010-12-01T08:26:00``, with a zone in UTC: ``…+00:00``), booleans ``true`` and
``false``, decimals as they are, floating numbers the shortest decimal that means the same number
(``2.55``, and ``6`` for 6.0: data frames turn whole numbers with gaps into floats), nested values
JSON. NaN, empty text and null are null.
"""

import functools
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from stammkunde.ingest.content import Content
from stammkunde.ingest.contract import FeedContract
from stammkunde.ingest.errors import RefusedError
from stammkunde.ingest.reading import (
    CHUNK_ROWS,
    Chunk,
    Reading,
    consecutive,
    map_columns,
    plain_number,
    respelled,
    text_table,
    unknown_columns,
)

_DAMAGED = "is no whole Parquet file: still being written, cut off or damaged; deliver it again"
# Up to here every whole double is an integer of its own.
_EXACT = 9_007_199_254_740_992


def read_parquet(content: Content, feed: FeedContract) -> Reading:
    """Read a Parquet file.

    Raises:
        RefusedError: empty, no whole Parquet file, no required column, a column twice. Reading
            the chunks may raise it too: a damaged page, a value that is no text.
    """
    if content.bytes == 0:
        raise RefusedError("empty", "is empty")
    try:
        file = parquet.ParquetFile(content.open_raw())
    except (pa.ArrowException, OSError):
        raise RefusedError("not_parquet", _DAMAGED) from None
    names = file.schema_arrow.names
    positions = map_columns(names, feed)
    return Reading(
        chunks=_chunks(file, {names[position]: name for name, position in positions.items()}, feed),
        unknown_columns=unknown_columns(names, feed),
        columns=tuple(positions),
        respelled=respelled(names, feed),
    )


def _chunks(
    file: parquet.ParquetFile, wanted: dict[str, str], feed: FeedContract
) -> Iterator[Chunk]:
    schema = file.schema_arrow
    first = 1
    try:
        for batch in file.iter_batches(CHUNK_ROWS, columns=list(wanted)):
            table = pa.Table.from_batches([batch])
            columns = {
                column: _plain_text(table.column(name))
                for name, column in wanted.items()
                if _is_plain(schema.field(name).type)
            }
            columns |= _typed_text(
                table, {name: column for name, column in wanted.items() if column not in columns}
            )
            yield Chunk(text_table(columns, consecutive(first, table.num_rows), feed))
            first += table.num_rows
    except duckdb.Error:
        # Its message quotes the value.
        raise RefusedError("not_text", f"holds a value near row {first} that is no text") from None
    except (pa.ArrowException, OSError):
        raise RefusedError("not_parquet", _DAMAGED) from None


def _is_plain(data_type: pa.DataType) -> bool:
    """Whether Arrow's own text of a type is the one we want; it is ten times as quick."""
    return bool(
        pa.types.is_string(data_type)
        or pa.types.is_large_string(data_type)
        or pa.types.is_integer(data_type)
        or pa.types.is_boolean(data_type)
        or pa.types.is_date32(data_type)
    )


def _plain_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    # Opening an empty database costs more than converting a small file.
    return duckdb.connect()


def _typed_text(table: pa.Table, wanted: dict[str, str]) -> dict[str, pa.ChunkedArray]:
    """Turn typed columns into text with DuckDB, which knows every type."""
    if not wanted:
        return {}
    types = {name: table.schema.field(name).type for name in wanted}
    expressions = ", ".join(
        f"{text_expression(_quoted(name), types[name])} as {_quoted(column)}"
        for name, column in wanted.items()
    )
    with _database().cursor() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("batch", table.select(list(wanted)))
        text: pa.Table = connection.sql(f"select {expressions} from batch").to_arrow_table()
        connection.unregister("batch")
    return {
        column: _without_exponents(text.column(column))
        if pa.types.is_floating(types[name])
        else text.column(column)
        for name, column in wanted.items()
    }


def _without_exponents(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Write out the numbers that have an exponent; exact, unlike a cast to a decimal in SQL."""
    if not pc.any(pc.match_substring(column, "e")).as_py():
        return column
    return pa.array(
        [value and plain_number(value) for value in column.to_pylist()], type=pa.string()
    )


def text_expression(column: str, data_type: pa.DataType) -> str:
    """The DuckDB expression that turns a column into text; see this module's first lines.

    Args:
        column: the column, quoted.
        data_type: its Arrow type.
    """
    if pa.types.is_dictionary(data_type):
        data_type = data_type.value_type
    if pa.types.is_null(data_type):
        return "cast(null as varchar)"
    if pa.types.is_timestamp(data_type):
        text = f"replace(cast({column} as varchar), ' ', 'T')"
        return text if data_type.tz is None else f"regexp_replace({text}, '[+]00$', '+00:00')"
    if pa.types.is_floating(data_type):
        number = f"cast({column} as varchar)"
        whole = f"cast(cast({column} as bigint) as varchar)"
        return (
            f"case when isnan({column}) then null "
            f"when {column} = trunc({column}) and abs({column}) < {_EXACT} then {whole} "
            f"else {number} end"
        )
    if pa.types.is_nested(data_type):
        return f"cast(to_json({column}) as varchar)"
    if pa.types.is_binary(data_type) or pa.types.is_large_binary(data_type):
        return f"nullif(decode({column}), '')"
    return f"nullif(cast({column} as varchar), '')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
