"""The raw tables seen as rows that carry identifiers, and which of those are tombstoned."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from stammkunde.ingest import FeedContract, Identifier, SourceContract
from stammkunde.ingest.warehouse import RAW_SCHEMA, UNREADABLE, quoted, table_name
from stammkunde.paths import PROJECT
from stammkunde.privacy.normaliser import GIVEN_COLUMNS, Project

# Begins every value that an erasure put in the place of another.
MARK = "erased-"

KEY_SCOPES = PROJECT / "seeds/reference/key_scopes.csv"

CHECKED = f"{RAW_SCHEMA}._erasure_checks"

# Temporary tables.
VALUES = "erasure_values"
NORMALISED = "erasure_normalised"
HITS = "erasure_hits"
LINE_VALUES = "erasure_line_values"
_WHOLE_VALUES = "erasure_whole_values"
_BATCHES = "erasure_batches"

# Everything that stands between two fields of a line, whatever its format; and the same with what
# may stand between two parts of a field, since a telephone number holds spaces.
_FIELD_ENDS = r"[,;\t|\"{}\[\]]+"
_WORD_ENDS = r"[,;\t|\"{}\[\]\s:=<>()]+"


def key_scopes(path: Path = KEY_SCOPES) -> dict[tuple[str, str], str]:
    """Whose keys the keys of a source are: source and name of the key to another source."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["source_system"], row["key_name"]): row["key_source_system"]
            for row in csv.DictReader(file)
        }


@dataclass(frozen=True)
class Request:
    """A request to erase a person, as it stands in the raw table.

    Attributes:
        source: source that gave it.
        table: raw table, without its schema.
        row: its file and the number of its row there.
        request_key: its key.
        identifiers: what it names the person by: type of identifier to value.
        hash: keyed hash of all of it.
    """

    source: str
    table: str
    row: tuple[str, int]
    request_key: str
    identifiers: dict[str, str]
    hash: str


@dataclass(frozen=True)
class RawFeed:
    """A raw table whose rows tell of people.

    Attributes:
        source: contract of its source.
        feed: its own.
    """

    source: SourceContract
    feed: FeedContract

    @property
    def table(self) -> str:
        """Name in SQL."""
        return table_name(self.feed)

    @property
    def rows_table(self) -> str:
        """Temporary table of its rows that carry a tombstoned identifier."""
        return f"erasure_rows_{self.feed.table}"

    def identifiers(self) -> Iterator[tuple[str, Identifier]]:
        """Column and what it identifies; a column may hold several types."""
        for column in self.feed.columns:
            for identifier in column.identifiers:
                yield column.name, identifier

    def key_source(self, identifier: Identifier) -> str:
        """The source whose keys the values of an identifier are, by seed ``key_scopes``."""
        name = identifier.type
        if name == "contact_key" and self.feed.name == "events":
            name = "user_key"
        is_own = name == "order_key" and self.feed.name in ("orders", "order_lines")
        own = self.source.name
        return own if is_own else key_scopes().get((own, name), own)

    @property
    def contact_column(self) -> str:
        """The column that names the contact of a row; empty where none does."""
        return next(
            (
                name
                for name, identifier in self.identifiers()
                if identifier.type == "contact_key" and identifier.of is None
            ),
            "",
        )

    def rows(self, condition: str = "true") -> str:
        """SQL of the rows: ``row_id``, ``row_country`` and the columns.

        A telephone number is read as that of the row's country or of the row's contact, as in the
        models.
        """
        names = self.feed.column_names
        contacts = self.source.feeds.get("contacts")
        key = self.contact_column
        if "country" in names:
            country, join = "nullif(trim(raw_rows.country), '')", ""
        elif key and contacts and "country" in contacts.column_names:
            country = "countries.country"
            join = (
                " left join (select trim(contact_key) as contact_key,"
                " max_by(nullif(trim(country), ''), updated_at) as country"
                f" from {table_name(contacts)} group by all) as countries"
                f" on trim(raw_rows.{quoted(key)}) = countries.contact_key"
            )
        else:
            country, join = "cast(null as varchar)", ""
        return (
            f"select raw_rows.rowid as row_id, {country} as row_country, raw_rows.* "
            f"from {self.table} as raw_rows{join} where {condition}"
        )


def raw_feeds(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, SourceContract]
) -> list[RawFeed]:
    """The raw tables of a warehouse that hold identifiers, of every source, run or not."""
    there = {
        str(row[0])
        for row in connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and not temporary",
            [RAW_SCHEMA],
        ).fetchall()
    }
    return [
        RawFeed(contract, feed)
        for contract in contracts.values()
        for feed in contract.feeds.values()
        if feed.on_erasure and feed.table in there
    ]


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the note of what was held against which tombstones, where it is missing."""
    connection.execute(
        f"create table if not exists {CHECKED} "
        "(batch_id varchar not null, tombstones bigint not null)"
    )


def unchecked_batches(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[RawFeed], tombstones: int
) -> list[str]:
    """Loads whose rows were not yet held against all tombstones."""
    loads = " union ".join(
        [f"select distinct _batch_id as batch_id from {feed.table}" for feed in feeds]
        + [f"select distinct batch_id from {UNREADABLE}"]
    )
    rows = connection.execute(
        f"select batch_id from ({loads}) where batch_id not in "
        f"(select batch_id from {CHECKED} where tombstones = ?) order by batch_id",
        [tombstones],
    ).fetchall()
    return [str(row[0]) for row in rows]


def mark_checked(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[RawFeed], tombstones: int
) -> None:
    """Note that every row there is was held against all tombstones."""
    loads = " union ".join(
        [f"select distinct _batch_id as batch_id from {feed.table}" for feed in feeds]
        + [f"select distinct batch_id from {UNREADABLE}"]
    )
    connection.execute(f"delete from {CHECKED}")
    connection.execute(f"insert into {CHECKED} select batch_id, ? from ({loads})", [tombstones])


def collect_values(
    connection: duckdb.DuckDBPyConnection,
    feeds: Sequence[RawFeed],
    project: Project,
    batches: Sequence[str] | None,
) -> None:
    """Write what the rows carry into `VALUES` and `LINE_VALUES`, and its normal forms.

    Args:
        connection: the warehouse.
        feeds: the raw tables.
        project: normalises.
        batches: the loads whose rows are looked at; None: all.
    """
    connection.execute(f"create or replace temp table {_BATCHES} (batch_id varchar)")
    if batches:
        connection.executemany(f"insert into {_BATCHES} values (?)", [[each] for each in batches])
    of_loads = f"in (select batch_id from {_BATCHES})"
    chosen = "true" if batches is None else f"_batch_id {of_loads}"
    carried = [
        f"select distinct '{feed.key_source(identifier)}' as source_system, "
        f"{'row_country' if identifier.type == 'phone' else 'cast(null as varchar)'} as country, "
        f"'{identifier.type}' as identifier_type, {quoted(column)} as raw_value "
        f"from ({feed.rows(chosen)}) where {_holds(column, identifier)}"
        for feed in feeds
        for column, identifier in feed.identifiers()
    ]
    _collect_line_values(connection, feeds, "true" if batches is None else f"batch_id {of_loads}")
    carried.append(f"select source_system, country, identifier_type, raw_value from {LINE_VALUES}")
    connection.execute(f"create or replace temp table {VALUES} ({GIVEN_COLUMNS})")
    connection.execute(
        f"insert into {VALUES} select row_number() over (), source_system, country, "
        f"identifier_type, raw_value from ({' union '.join(carried)})"
    )
    # As in staging: 1001.0 is 1001 where a source's keys of a kind have no other decimals.
    connection.execute(
        f"""
        create or replace temp table {_WHOLE_VALUES} as
        select
            record_node, source_system, country, identifier_type,
            case
                when regexp_matches(trim(raw_value), '^[+]?[0-9]+[.,]0+$')
                    and not bool_or(
                        regexp_matches(trim(raw_value), '^[0-9]+[.,][0-9]*[1-9][0-9]*$')
                    ) over (partition by source_system, identifier_type)
                    then regexp_replace(trim(raw_value), '[.,]0+$', '')
                else raw_value
            end as raw_value
        from {VALUES}
        """
    )
    project.normalise(connection, _WHOLE_VALUES, NORMALISED)


def find_hits(connection: duckdb.DuckDBPyConnection, feeds: Sequence[RawFeed]) -> int:
    """Find the values in `VALUES` that are tombstoned, and the rows that carry them.

    Returns: the number of values.
    """
    connection.execute(
        f"""
        create or replace temp table {HITS} as
        select distinct source_system, country, identifier_type, raw_value
        from {VALUES} inner join {NORMALISED} using (record_node, identifier_type)
        where {tombstone("identifier_type", "identifier_value")}
            in (select hash from vault.tombstones)
        """
    )
    count = int(connection.execute(f"select count(*) from {HITS}").fetchall()[0][0])
    for feed in feeds:
        if not count:
            # The rule: nothing is joined, however many rows there are.
            connection.execute(f"create or replace temp table {feed.rows_table} (row_id bigint)")
            continue
        found = " union ".join(
            f"select row_id from ({feed.rows()}) as carrying inner join {HITS} as hits "
            f"on hits.source_system = '{feed.key_source(identifier)}' "
            f"and hits.identifier_type = '{identifier.type}' "
            f"and hits.raw_value = carrying.{quoted(column)} "
            + (
                "and hits.country is not distinct from carrying.row_country "
                if identifier.type == "phone"
                else ""
            )
            + f"where {_holds(column, identifier)}"
            for column, identifier in feed.identifiers()
        )
        connection.execute(f"create or replace temp table {feed.rows_table} as {found}")
    return count


def tombstone(identifier_type: str, identifier_value: str) -> str:
    """SQL of the keyed hash of an identifier in its normal form."""
    return f"keyed({identifier_type} || '|' || {identifier_value})"


def _holds(column: str, identifier: Identifier) -> str:
    """SQL condition: the column holds an identifier of this type, and not what took its place."""
    condition = f"{quoted(column)} is not null and {quoted(column)} not like '{MARK}%'"
    if identifier.of is not None:
        condition += f" and trim({quoted(identifier.of)}) = '{identifier.value}'"
    return condition


def _collect_line_values(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[RawFeed], chosen: str
) -> None:
    """Everything in the lines that could not be read which might be an identifier of its feed.

    Which field is which is not known, so each is taken for each type that the feed has, a telephone
    number for one of each country that has contacts. So a line too many may go: it was of no use as
    it was, and lies in its landing file.
    """
    connection.execute(
        f"create or replace temp table {LINE_VALUES} (source_system varchar, feed varchar, "
        "file varchar, row_number bigint, country varchar, identifier_type varchar, "
        "raw_value varchar)"
    )
    for feed in feeds:
        countries = "(select cast(null as varchar) as country)"
        contacts = feed.source.feeds.get("contacts")
        if contacts and "country" in contacts.column_names:
            countries = (
                f"(select distinct nullif(trim(country), '') as country from {table_name(contacts)}"
                " union select null)"
            )
        for kind in sorted({identifier.type for _, identifier in feed.identifiers()}):
            connection.execute(
                f"""
                insert into {LINE_VALUES}
                with lines as (
                    select file, row_number, text from {UNREADABLE}
                    where source = ? and feed = ? and {chosen}
                ),
                parts as (
                    select file, row_number, unnest(regexp_split_to_array(text, ?)) as part
                    from lines
                    union
                    select file, row_number, unnest(regexp_split_to_array(text, ?)) as part
                    from lines
                )
                select distinct ?, ?, file, row_number, countries.country, ?, trim(part, ' ''')
                from parts cross join {
                    countries if kind == "phone" else "(select cast(null as varchar) as country)"
                } as countries
                where length(trim(part, ' ''')) > 0
                """,
                [
                    feed.source.name,
                    feed.feed.name,
                    _FIELD_ENDS,
                    _WORD_ENDS,
                    feed.source.name,
                    feed.feed.name,
                    kind,
                ],
            )
