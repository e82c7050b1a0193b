"""The loader's tables in the warehouse.

``raw.<source>__<feed>`` holds the rows, ``raw._files`` one row per file and content seen, and
``raw._unreadable_lines`` the rows that could not be split. All three change in one transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from stammkunde.ingest.contract import FeedContract, SourceContract
from stammkunde.ingest.errors import LoadError
from stammkunde.ingest.reading import ROW_NUMBER, UnreadableLine

RAW_SCHEMA = "raw"
FILES = f"{RAW_SCHEMA}._files"
UNREADABLE = f"{RAW_SCHEMA}._unreadable_lines"

_MEMORY_LIMIT = "1GB"

# Statuses of the ledger. Only `loaded` rows count rows; the others say why there are none.
LOADED = "loaded"
DUPLICATE = "duplicate"
REFUSED = "refused"
WAITING = "waiting"
WITHDRAWN = "withdrawn"  # was refused or waiting; neither file nor content is there any more
FORGOTTEN = "forgotten"  # was loaded; somebody asked to take its rows out again

_FILES_COLUMNS = """
    source varchar not null,
    feed varchar not null,
    file varchar not null,
    content_hash varchar,
    bytes bigint,
    fingerprint varchar,
    format varchar,
    status varchar not null,
    reason varchar,
    message varchar,
    line_number bigint,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_unreadable bigint not null,
    rows_erased bigint not null default 0,
    unknown_columns varchar,
    filled_columns varchar,
    loaded_at timestamp not null,
    batch_id varchar not null
"""
_UNREADABLE_COLUMNS = """
    source varchar not null,
    feed varchar not null,
    file varchar not null,
    line_number bigint not null,
    row_number bigint not null,
    text varchar not null,
    reason varchar not null,
    detail varchar not null,
    loaded_at timestamp not null,
    batch_id varchar not null
"""


@dataclass(frozen=True)
class FileRecord:
    """A row of the ledger ``raw._files``; its grain is source, file and content.

    Attributes:
        source: the source.
        feed: the feed.
        file: path below the landing folder.
        content_hash: SHA-256 of the bytes; None where the file could not or need not be read.
        bytes: size of the file.
        fingerprint: attributes of the file; while they stay the same it is not read again.
        format: format by its name.
        status: one of the statuses above.
        reason: code of the problem; None where there is none.
        message: the sentence about it; None where there is none.
        line_number: the line that the message is about.
        rows_read: rows in the file; rows_loaded + rows_unreadable + rows_erased.
        rows_loaded: rows in the raw table.
        rows_unreadable: rows in ``raw._unreadable_lines``.
        rows_erased: rows that were taken out since a person was erased (`stammkunde.privacy`).
        unknown_columns: columns left behind, joined by ", ".
        filled_columns: how many rows have a value, by each of the contract's columns that the file
            has, as a JSON object; None where nothing was loaded.
        loaded_at: when this status was found, UTC.
        batch_id: the load that found it.
    """

    source: str
    feed: str
    file: str
    content_hash: str | None
    bytes: int
    fingerprint: str | None
    format: str
    status: str
    reason: str | None
    message: str | None
    line_number: int | None
    rows_read: int
    rows_loaded: int
    rows_unreadable: int
    unknown_columns: str | None
    loaded_at: datetime
    batch_id: str
    rows_erased: int = 0
    filled_columns: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """File and content: the grain of the ledger within a source."""
        return self.file, self.content_hash or ""


_FIELDS = tuple(FileRecord.__dataclass_fields__)


def connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing; its folder is made where it is missing.

    Raises:
        LoadError: another process has it open, or it is no warehouse.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(warehouse))
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise LoadError(
                f"the warehouse {warehouse} is open in another process; end that one, or wait"
            ) from None
        raise LoadError(f"the warehouse {warehouse} cannot be opened: {error}") from error
    connection.execute("set TimeZone = 'UTC'")
    # Order is kept in `_row_number`; keeping it in the table as well costs memory.
    connection.execute("set preserve_insertion_order = false")
    # Appending needs little; without a limit DuckDB keeps what it wrote in memory.
    connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
    return connection


def create_tables(connection: duckdb.DuckDBPyConnection, contract: SourceContract) -> None:
    """Create what is missing: schema, ledger, and a table a feed, empty where no file came.

    A column that the contract gained is added, null for the rows that are there. A column that the
    contract lost stays, null from now on: rows are never rewritten.
    """
    connection.execute(f"create schema if not exists {RAW_SCHEMA}")
    connection.execute(f"create table if not exists {FILES} ({_FILES_COLUMNS})")
    # Of a ledger that was begun before there were erasures.
    connection.execute(f"alter table {FILES} add column if not exists rows_erased bigint default 0")
    # Of one begun before the columns of each file were kept.
    connection.execute(f"alter table {FILES} add column if not exists filled_columns varchar")
    connection.execute(f"create table if not exists {UNREADABLE} ({_UNREADABLE_COLUMNS})")
    for feed in contract.feeds.values():
        columns = ", ".join(f"{quoted(name)} varchar" for name in feed.column_names)
        connection.execute(
            f"create table if not exists {table_name(feed)} ({columns}, _file varchar, "
            "_row_number bigint, _loaded_at timestamp, _batch_id varchar)"
        )
        for name in feed.column_names:
            connection.execute(
                f"alter table {table_name(feed)} add column if not exists {quoted(name)} varchar"
            )


def read_ledger(connection: duckdb.DuckDBPyConnection, source: str) -> list[FileRecord]:
    """All rows of the ledger of a source."""
    rows = connection.execute(
        f"select {', '.join(_FIELDS)} from {FILES} where source = ? order by file, loaded_at",
        [source],
    ).fetchall()
    return [FileRecord(*row) for row in rows]


def write_ledger(
    connection: duckdb.DuckDBPyConnection,
    new: Sequence[FileRecord],
    gone: Iterable[tuple[str, str, str]] = (),
) -> None:
    """Put rows into the ledger, each in the place of the one with the same file and content.

    Args:
        connection: the warehouse.
        new: the rows.
        gone: source, file and content hash of further rows to take out.
    """
    keys = [(each.source, *each.key) for each in new] + list(gone)
    if keys:
        connection.register(
            "ledger_keys",
            pa.table(
                {
                    "source": pa.array([key[0] for key in keys], pa.string()),
                    "file": pa.array([key[1] for key in keys], pa.string()),
                    "content_hash": pa.array([key[2] for key in keys], pa.string()),
                }
            ),
        )
        connection.execute(
            f"delete from {FILES} using ledger_keys where {FILES}.source = ledger_keys.source "
            f"and {FILES}.file = ledger_keys.file "
            f"and coalesce({FILES}.content_hash, '') = ledger_keys.content_hash"
        )
        connection.unregister("ledger_keys")
    if new:
        types = {
            "loaded_at": pa.timestamp("us"),
            **dict.fromkeys(
                (
                    "bytes",
                    "line_number",
                    "rows_read",
                    "rows_loaded",
                    "rows_unreadable",
                    "rows_erased",
                ),
                pa.int64(),
            ),
        }
        columns = {
            name: pa.array([getattr(each, name) for each in new], types.get(name, pa.string()))
            for name in _FIELDS
        }
        connection.register("ledger_rows", pa.table(columns))
        names = ", ".join(_FIELDS)
        connection.execute(f"insert into {FILES} ({names}) select {names} from ledger_rows")
        connection.unregister("ledger_rows")


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    feed: FeedContract,
    tables: Sequence[tuple[str, pa.Table]],
    loaded_at: datetime,
    batch_id: str,
) -> None:
    """Append rows to a raw table.

    Args:
        connection: the warehouse.
        feed: says which table.
        tables: file and rows (the shape of `reading.text_table`).
        loaded_at: `_loaded_at`, UTC.
        batch_id: `_batch_id`.
    """
    with_file = [
        rows.append_column("_file", pa.repeat(pa.scalar(file, pa.string()), rows.num_rows))
        for file, rows in tables
        if rows.num_rows
    ]
    if not with_file:
        return
    connection.register("new_rows", pa.concat_tables(with_file))
    names = ", ".join([*map(quoted, feed.column_names), "_file", ROW_NUMBER])
    connection.execute(
        f"insert into {table_name(feed)} ({names}, _loaded_at, _batch_id) "
        f"select {names}, cast(? as timestamp), cast(? as varchar) from new_rows",
        [loaded_at, batch_id],
    )
    connection.unregister("new_rows")


def insert_unreadable(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    feed: FeedContract,
    lines: Sequence[tuple[str, UnreadableLine]],
    loaded_at: datetime,
    batch_id: str,
) -> None:
    """Append lines to the quarantine; a NUL is shown as U+2400, which text columns can hold."""
    if not lines:
        return
    connection.register(
        "new_lines",
        pa.table(
            {
                "file": pa.array([file for file, _ in lines], pa.string()),
                "line_number": pa.array([each.line for _, each in lines], pa.int64()),
                "row_number": pa.array([each.row for _, each in lines], pa.int64()),
                "text": pa.array(
                    [each.text.replace("\0", "\u2400") for _, each in lines], pa.string()
                ),
                "reason": pa.array([each.reason for _, each in lines], pa.string()),
                "detail": pa.array([each.detail for _, each in lines], pa.string()),
            }
        ),
    )
    connection.execute(
        f"insert into {UNREADABLE} (source, feed, file, line_number, row_number, text, reason, "
        "detail, loaded_at, batch_id) select cast(? as varchar), cast(? as varchar), file, "
        "line_number, row_number, text, reason, detail, cast(? as timestamp), cast(? as varchar) "
        "from new_lines",
        [source, feed.name, loaded_at, batch_id],
    )
    connection.unregister("new_lines")


def delete_file(
    connection: duckdb.DuckDBPyConnection, source: str, feed_table: str, file: str
) -> None:
    """Take a file's rows and unreadable lines out again."""
    connection.execute(f"delete from {RAW_SCHEMA}.{quoted(feed_table)} where _file = ?", [file])
    connection.execute(f"delete from {UNREADABLE} where source = ? and file = ?", [source, file])


def naive_times(
    connection: duckdb.DuckDBPyConnection, feed: FeedContract, batch_id: str
) -> dict[str, int]:
    """How many rows of a load hold a time without an offset, by column.

    Args:
        connection: the warehouse.
        feed: its columns whose name ends in ``_at`` are times in UTC.
        batch_id: the load.

    Returns:
        the columns that have such a row.
    """
    times = [name for name in feed.column_names if name.endswith("_at")]
    if not times:
        return {}
    counts = ", ".join(
        f"count(*) filter (where regexp_matches(trim({quoted(name)}), ?))" for name in times
    )
    naive = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ][0-9]{1,2}:[0-9:.]+$"
    (found,) = connection.execute(
        f"select {counts} from {table_name(feed)} where _batch_id = ?",
        [*[naive] * len(times), batch_id],
    ).fetchall()
    return {name: count for name, count in zip(times, found, strict=True) if count}


def withdraw(record: FileRecord, loaded_at: datetime, batch_id: str) -> FileRecord:
    """The ledger row of a file that was not loaded and is not there any more."""
    return replace(
        record,
        status=WITHDRAWN,
        message=f"no longer there; before: {record.message}",
        loaded_at=loaded_at,
        batch_id=batch_id,
    )


def check_ledger(
    connection: duckdb.DuckDBPyConnection,
    contract: SourceContract,
    feeds: Collection[str] | None = None,
) -> None:
    """Hold the ledger against the tables: nothing lost, nothing twice.

    Args:
        connection: the warehouse.
        contract: the source.
        feeds: the feeds to look at; default all.

    Raises:
        LoadError: naming the feed and both counts.
    """
    ledger = {
        str(feed): (int(read), int(loaded), int(unreadable), int(erased))
        for feed, read, loaded, unreadable, erased in connection.execute(
            "select feed, sum(rows_read), sum(rows_loaded), sum(rows_unreadable), sum(rows_erased) "
            f"from {FILES} where source = ? group by feed",
            [contract.name],
        ).fetchall()
    }
    set_aside = {
        str(feed): int(count)
        for feed, count in connection.execute(
            f"select feed, count(*) from {UNREADABLE} where source = ? group by feed",
            [contract.name],
        ).fetchall()
    }
    for feed in contract.feeds.values():
        if feeds is not None and feed.name not in feeds:
            continue
        read, loaded, unreadable, erased = ledger.get(feed.name, (0, 0, 0, 0))
        found = connection.execute(f"select count(*) from {table_name(feed)}").fetchall()[0][0]
        for what, expected, actual in (
            (f"{RAW_SCHEMA}.{feed.table}", loaded, found),
            (UNREADABLE, unreadable, set_aside.get(feed.name, 0)),
            (f"{FILES}.rows_read", loaded + unreadable + erased, read),
        ):
            if expected != actual:
                raise LoadError(
                    f"{contract.name}.{feed.name}: the ledger counts {expected:,} rows for {what}, "
                    f"there are {actual:,}; was the table changed by hand?"
                )


def table_name(feed: FeedContract) -> str:
    """The raw table of a feed, with its schema."""
    return f"{RAW_SCHEMA}.{quoted(feed.table)}"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
