"""What the readers of all formats give: chunks of text columns, and the unreadable lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa

from stammkunde.ingest.contract import FeedContract, normalise_name
from stammkunde.ingest.errors import RefusedError

ROW_NUMBER = "_row_number"
# Rows a chunk: large enough that columns pay, small enough for a few of them in memory.
CHUNK_ROWS = 50_000

# Numbers beyond 1e±100 keep their exponent: a hundred zeros help nobody.
_MAX_EXPONENT = 100

# A header that looks like this may be a row of data whose header line is missing.
_LOOKS_LIKE_DATA = re.compile(r"@|\d{5}|.{41}")


@dataclass(frozen=True)
class UnreadableLine:
    """A row that could not be split into columns.

    Attributes:
        line: the line of the file at which it begins, from 1; in Parquet and arrays the row.
        row: the number that the row would have had, from 1.
        text: what stands there; it may hold data of a person and goes to the warehouse only.
        reason: code of the problem, for example ``ragged``.
        detail: a sentence for a person, without values.
    """

    line: int
    row: int
    text: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file, in order.

    Attributes:
        table: the contract's columns as text and `ROW_NUMBER` (int64, from 1).
        unreadable: the rows between them that could not be read.
    """

    table: pa.Table
    unreadable: Sequence[UnreadableLine] = ()


@dataclass
class Reading:
    """A file being read.

    Attributes:
        chunks: the rows; reading on may raise `RefusedError`, and then nothing of the file counts.
        unknown_columns: columns that the contract does not name; complete after the last chunk.
        columns: the contract's columns that the file has; complete after the last chunk.
        respelled: column by the name in the file, where they differ in more than separators' kind.
    """

    chunks: Iterator[Chunk]
    unknown_columns: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    respelled: dict[str, str] = field(default_factory=dict)


def map_columns(names: Sequence[str], feed: FeedContract) -> dict[str, int]:
    """Find the contract's columns among the columns of a file, by name and in any order.

    Returns:
        the position of each column that is there.

    Raises:
        RefusedError: a required column is missing, or a column stands there twice.
    """
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        column = feed.column_of(name)
        if column is None:
            continue
        if column in positions:
            raise RefusedError(
                "duplicate_column",
                f"has the column {column!r} twice "
                f"(columns {positions[column] + 1} and {position + 1}, in whatever spelling)",
            )
        positions[column] = position
    if not positions:
        # The names are not repeated here: they may be the first row of a file without header.
        raise RefusedError(
            "no_header",
            f"has none of the columns of {feed.name!r}; is its header line missing, "
            "or is it in the wrong folder?",
        )
    check_required(positions, feed)
    return positions


def respelled(names: Iterable[str], feed: FeedContract) -> dict[str, str]:
    """The column of each name that is another one's but for its punctuation and spaces."""
    found = {name: feed.column_of(name) for name in names}
    return {name: col for name, col in found.items() if col and col != normalise_name(name)}


def check_required(found: Iterable[str], feed: FeedContract) -> None:
    """Refuse a file without one of the required columns.

    Raises:
        RefusedError: naming every missing one.
    """
    there = set(found)
    missing = [column for column in feed.required if column not in there]
    if missing:
        raise RefusedError(
            "missing_column",
            f"lacks the required column{'s' * (len(missing) > 1)} "
            + ", ".join(repr(column) for column in missing),
        )


def unknown_columns(names: Iterable[str], feed: FeedContract) -> list[str]:
    """The columns that the contract does not name, normalised, each once, in the file's order.

    A name that looks like data (a file without header) is replaced by its position.
    """
    found: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        if feed.column_of(name) is not None:
            continue
        column = normalise_name(name)
        if not column:
            column = f"(column {position}, without name)"
        elif _LOOKS_LIKE_DATA.search(name.strip()):
            column = f"(column {position}, its name looks like data)"
        found[column] = None
    return list(found)


def text_table(
    columns: dict[str, pa.Array | pa.ChunkedArray], row_numbers: pa.Array, feed: FeedContract
) -> pa.Table:
    """Put columns into the shape of a chunk; columns that the file lacks are null.

    Args:
        columns: text columns by name.
        row_numbers: int64, as long as the columns.
        feed: gives the order of the columns.
    """
    absent = pa.nulls(len(row_numbers), pa.string())
    return pa.table(
        {name: columns.get(name, absent) for name in feed.column_names} | {ROW_NUMBER: row_numbers}
    )


def consecutive(first: int, count: int) -> pa.Array:
    """Row numbers ``first``, ``first + 1``, …."""
    return pa.array(np.arange(first, first + count, dtype=np.int64))


def plain_number(token: str) -> str:
    """A number without exponent: ``1e-7`` becomes ``0.0000001``; all digits stay."""
    if "e" not in token and "E" not in token:
        return token
    try:
        number = Decimal(token)
    except InvalidOperation:
        return token
    return format(number, "f") if abs(number.adjusted()) <= _MAX_EXPONENT else token
