"""Copy the public marts into a new version and make it the current one.

The order of the steps is the whole point: build under a name nobody reads, compare with the
source, close, make it durable, rename, and only then swap the link. Killed between any two steps,
the old version is still the current one and the next publish clears the rest.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from stammkunde.publish import serving as served
from stammkunde.publish.contract import Contract, PublicTable, PublishError, read_contract
from stammkunde.publish.guard import require_green

# What publishing does just now, steps done, steps in all.
Progress = Callable[[str, int, int], None]

# The oldest storage that DuckDB 2.0 writes with column comments kept; clients from 1.0 on read it.
STORAGE_VERSION = "v1.0.0"

_TARGET = "_publication_build"
_INFO = "_publication"
_TABLES = "_publication_tables"
_KEYS = "_publication_keys"


@dataclass(frozen=True)
class PublishedTable:
    """A table of a publication.

    Attributes:
        name: its name in schema ``marts``.
        row_count: rows.
        fingerprint: of columns, types, descriptions and rows; the order of the rows is no part.
    """

    name: str
    row_count: int
    fingerprint: str


@dataclass(frozen=True)
class Publication:
    """The current version after a publish.

    Attributes:
        version: its name; later versions sort later.
        path: its file, absolute.
        as_of_date: the day that its numbers describe; None if the run has none.
        published_at: when it was made, UTC.
        source_run: dbt's invocation id of the run it was made from; may be empty.
        tables: its tables by name.
        is_new: False if nothing had changed, so that the version before stays current.
    """

    version: str
    path: Path
    as_of_date: dt.date | None
    published_at: dt.datetime
    source_run: str
    tables: tuple[PublishedTable, ...]
    is_new: bool


def publish(
    warehouse: Path,
    serving: Path,
    manifest: Path,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    *,
    wait_seconds: float = 600,
    memory_limit: str = "4GB",
    erased_at: dt.datetime | None = None,
) -> Publication:
    """Publish the public marts of a finished run.

    Args:
        warehouse: the DuckDB file that dbt built; nobody may be writing to it.
        serving: the serving folder; made if it is not there.
        manifest: dbt's ``manifest.json`` of that build; it says which tables are public.
        as_of: the day that the run describes; None reads it from model ``as_of``.
        progress: told of each step.
        wait_seconds: how long to wait for another publisher.
        memory_limit: for the copy, in DuckDB's notation; what exceeds it spills into ``serving``.
        erased_at: when a person was last erased, UTC; older versions are removed, since a way back
            would bring their customer back.

    Returns:
        The current version: a new one, or the one before if no row, column or description changed.

    Raises:
        RedError: a gate or a test is red, or was not asked about what would be published.
        PublishError: a table is missing, personal or not described, the warehouse is in use or
            missing, the disk is full, or another publisher works too long. The version before
            stays as it is.
    """
    contract = read_contract(manifest)
    if not warehouse.is_file():
        raise PublishError(f"{warehouse} does not exist: run the pipeline first.")
    try:
        serving.mkdir(parents=True, exist_ok=True)
        served.adopt(serving, wait_seconds)
        with served.only_publisher(serving, wait_seconds):
            served.clean(serving)
            _require_green(warehouse, contract)
            publication = _publish(warehouse, serving, contract, as_of, progress, memory_limit)
            served.prune(serving, erased_at)
            return publication
    except OSError as error:
        raise PublishError(
            f"Publishing into {serving} failed: {error.strerror or error!r}."
        ) from error


def _require_green(warehouse: Path, contract: Contract) -> None:
    """Ask the warehouse itself whether it may be published, whoever asks for it."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            (source,) = connection.execute("select current_database()").fetchall()[0]
            day = _as_of(connection, source, contract)
        require_green(warehouse, contract.nodes, day)
    except duckdb.Error as error:
        raise _unreadable(warehouse, error) from error


def _unreadable(warehouse: Path, error: duckdb.Error) -> PublishError:
    return PublishError(
        f"{warehouse} cannot be read, perhaps because a run is writing to it: {_first_line(error)}"
    )


def _publish(
    warehouse: Path,
    serving: Path,
    contract: Contract,
    as_of: dt.date | None,
    progress: Progress | None,
    memory_limit: str,
) -> Publication:
    """Publish with the lock held."""
    version = served.next_version(serving)
    building = served.building_file(serving, version)
    spilled = serving / f"{served.BUILDING}{version}.spilled"
    steps = _Steps(progress, total=2 * len(contract.tables) + 3)
    try:
        with duckdb.connect(
            config={
                "temp_directory": str(spilled),
                "memory_limit": memory_limit,
                "preserve_insertion_order": False,
            }
        ) as connection:
            source = _attach_warehouse(connection, warehouse, contract)
            as_of = as_of or _as_of(connection, source, contract)
            found = []
            for table in contract.tables:
                steps.say(f"compare {table.name}")
                found.append(_inspect(connection, source, table))
            if current := _unchanged(serving, as_of, found):
                steps.say("nothing changed", finish=True)
                return current
            published_at = dt.datetime.now(dt.UTC)
            publication = Publication(
                version=version,
                path=served.version_file(serving, version).absolute(),
                as_of_date=as_of,
                published_at=published_at,
                source_run=contract.run_id,
                tables=tuple(found),
                is_new=True,
            )
            connection.execute(
                f"attach {_text(building)} as {_TARGET} (storage_version '{STORAGE_VERSION}')"
            )
            connection.execute(f"create schema {_TARGET}.{served.SCHEMA}")
            for table, expected in zip(contract.tables, found, strict=True):
                steps.say(f"copy {table.name}")
                _copy(connection, source, table, expected)
            _describe_publication(connection, publication, contract)
            connection.execute(f"checkpoint {_TARGET}")
            connection.execute(f"detach {_TARGET}")
        steps.say("seal")
        _seal(building)
        steps.say("name")
        served.name(serving, version)
        steps.say("swap")
        served.point_to(serving, version)
        steps.say("published", finish=True)
        return publication
    except duckdb.Error as error:
        raise PublishError(f"Publishing into {serving} failed: {_first_line(error)}") from error
    finally:
        for leftover in (building.parent, spilled):
            served.remove(leftover)


def _attach_warehouse(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, contract: Contract
) -> str:
    """Attach the warehouse read-only under dbt's own name for it, which its views use."""
    database = contract.tables[0].database or warehouse.stem
    try:
        connection.execute(f"attach {_text(warehouse)} as {_name(database)} (read_only)")
    except duckdb.Error as error:
        raise _unreadable(warehouse, error) from error
    return database


def _as_of(
    connection: duckdb.DuckDBPyConnection, source: str, contract: Contract
) -> dt.date | None:
    """The day of the run from model ``as_of``, if the project has it and it was built."""
    if contract.as_of is None:
        return None
    _, schema, table = contract.as_of
    if not _columns(connection, source, schema, table):
        return None
    rows = connection.execute(
        f"select max(as_of_date) from {_name(source)}.{_name(schema)}.{_name(table)}"
    ).fetchall()
    day = rows[0][0]
    return day if isinstance(day, dt.date) else None


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str
) -> list[tuple[str, str]]:
    """Names and types of a table's or view's columns in order; empty if there is no such table."""
    return connection.execute(
        """
        select column_name, data_type from duckdb_columns()
        where database_name = ? and schema_name = ? and table_name = ?
        order by column_index
        """,
        [database, schema, table],
    ).fetchall()


def _inspect(
    connection: duckdb.DuckDBPyConnection, source: str, table: PublicTable
) -> PublishedTable:
    """Check that a table may be published, and count and fingerprint it."""
    if table.database and table.database != source:
        raise PublishError(
            f"{table.unique_id} lies in database {table.database}, not in {source} as the others."
        )
    columns = _columns(connection, source, table.schema, table.name)
    if not columns:
        raise PublishError(
            f"Public table {table.schema}.{table.name} is missing in the warehouse: build "
            f"{table.unique_id} first."
        )
    described = {column.name.lower() for column in table.columns}
    unknown = [name for name, _ in columns if name.lower() not in described]
    if unknown:
        raise PublishError(
            f"{table.name} has columns that its YAML does not describe, so nobody has said "
            f"whether they are personal: {', '.join(unknown)}."
        )
    relation = f"{_name(source)}.{_name(table.schema)}.{_name(table.name)}"
    return _fingerprint(connection, relation, table, columns)


def _fingerprint(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    table: PublicTable,
    columns: list[tuple[str, str]],
) -> PublishedTable:
    """Count and fingerprint a relation in one pass.

    Sums, not exclusive ors, of two independent 64-bit hashes of each row: the order of rows does
    not matter, and a row that comes twice does not cancel itself. A hugeint holds the sum of 2^63
    such hashes.
    """
    values = ", ".join(_name(name) for name, _ in columns)
    rows = connection.execute(
        f"""
        select count(*), coalesce(sum(hash({values})), 0)::varchar,
            coalesce(sum(hash('second', {values})), 0)::varchar
        from {relation}
        """
    ).fetchall()
    count, first, second = rows[0]
    descriptions = {column.name.lower(): column.description for column in table.columns}
    shape = [
        table.description,
        *(part for name, kind in columns for part in (name, kind, descriptions[name.lower()])),
    ]
    shape_hash = connection.execute("select md5(?::varchar[]::varchar)", [shape]).fetchall()[0][0]
    return PublishedTable(
        name=table.name, row_count=int(count), fingerprint=f"{first}-{second}-{shape_hash}"
    )


def _unchanged(
    serving: Path, as_of: dt.date | None, found: list[PublishedTable]
) -> Publication | None:
    """The current version if it says the same, or None. An unreadable one says nothing."""
    try:
        with served.open_marts(serving) as connection:
            info = connection.execute(
                f"""
                select version, as_of_date, published_at, source_run
                from {served.SCHEMA}.{_INFO}
                """
            ).fetchall()
            tables = connection.execute(
                f"""
                select table_name, row_count, fingerprint from {served.SCHEMA}.{_TABLES}
                order by table_name
                """
            ).fetchall()
    except (duckdb.Error, served.NothingPublishedError):
        return None
    version, published_as_of, published_at, source_run = info[0]
    published = tuple(PublishedTable(*row) for row in tables)
    if published_as_of != as_of or set(published) != set(found):
        return None
    return Publication(
        version=version,
        path=served.version_file(serving, version).absolute(),
        as_of_date=published_as_of,
        published_at=published_at.replace(tzinfo=dt.UTC),
        source_run=source_run,
        tables=published,
        is_new=False,
    )


def _copy(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: PublicTable,
    expected: PublishedTable,
) -> None:
    """Copy a table with its comments, and read it back."""
    target = f"{_TARGET}.{served.SCHEMA}.{_name(table.name)}"
    origin = f"{_name(source)}.{_name(table.schema)}.{_name(table.name)}"
    connection.execute(f"create table {target} as select * from {origin}")
    columns = _columns(connection, _TARGET, served.SCHEMA, table.name)
    copied = _fingerprint(connection, target, table, columns)
    if copied != expected:
        raise PublishError(
            f"{table.name} changed while it was copied: {expected.row_count} rows expected, "
            f"{copied.row_count} copied. Is a run writing to the warehouse?"
        )
    if table.description:
        connection.execute(f"comment on table {target} is {_text(table.description)}")
    present = {name.lower() for name, _ in columns}
    for column in table.columns:
        if column.description and column.name.lower() in present:
            connection.execute(
                f"comment on column {target}.{_name(column.name)} is {_text(column.description)}"
            )


def _describe_publication(
    connection: duckdb.DuckDBPyConnection, publication: Publication, contract: Contract
) -> None:
    """Write what the publication says of itself."""
    schema = f"{_TARGET}.{served.SCHEMA}"
    connection.execute(
        f"""
        create table {schema}.{_INFO} (
            version varchar, as_of_date date, published_at timestamp, source_run varchar
        )
        """
    )
    connection.execute(
        f"insert into {schema}.{_INFO} values (?, ?, ?, ?)",
        [
            publication.version,
            publication.as_of_date,
            publication.published_at.replace(tzinfo=None),
            publication.source_run,
        ],
    )
    connection.execute(
        f"create table {schema}.{_TABLES} "
        "(table_name varchar, row_count bigint, fingerprint varchar)"
    )
    connection.executemany(
        f"insert into {schema}.{_TABLES} values (?, ?, ?)",
        [[table.name, table.row_count, table.fingerprint] for table in publication.tables],
    )
    connection.execute(
        f"create table {schema}.{_KEYS} (table_name varchar, key_type varchar, "
        "column_name varchar, position bigint, referenced_table varchar, referenced_column varchar)"
    )
    for key in contract.keys:
        referenced = key.referenced_columns or (None,) * len(key.columns)
        for position, (column, other) in enumerate(zip(key.columns, referenced, strict=True), 1):
            connection.execute(
                f"insert into {schema}.{_KEYS} values (?, ?, ?, ?, ?, ?)",
                [key.table, key.kind, column, position, key.referenced_table, other],
            )
    comments = {
        _INFO: "One row: the version of this file, the day its numbers describe, when (UTC) it was "
        "published and from which dbt run.",
        _KEYS: "One row per column of a primary or foreign key, as tests hold them: the table, the "
        "place of the column within the key, and the table and column that a foreign key leads to.",
        _TABLES: "One row per table of this file: its rows and the fingerprint of its content.",
    }
    for name, comment in comments.items():
        connection.execute(f"comment on table {schema}.{name} is {_text(comment)}")


def _seal(building: Path) -> None:
    """Make a finished file durable and read-only."""
    log = building.with_name(building.name + ".wal")
    if log.exists():
        raise PublishError(f"DuckDB left a write-ahead log beside {building.name}.")
    building.chmod(0o444)
    served.sync(building)


def _name(identifier: str) -> str:
    quoted = identifier.replace('"', '""')
    return f'"{quoted}"'


def _text(value: object) -> str:
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), error.__class__.__name__)


class _Steps:
    """Counts the steps and tells the caller of each."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def say(self, what: str, *, finish: bool = False) -> None:
        if self._progress is not None:
            self._progress(what, self._total if finish else self._done, self._total)
        self._done += 1
