"""Taking erased people out of the warehouse: raw rows, ledger, crosswalk and log of identity.

What is derived is dropped as a whole, since the run builds it anew from what is left.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from stammkunde.ingest.contract import ANONYMISE, DELETE, REDUCE
from stammkunde.ingest.warehouse import FILES, LOADED, RAW_SCHEMA, UNREADABLE, quoted
from stammkunde.privacy.normaliser import Project
from stammkunde.privacy.raw import (
    HITS,
    LINE_VALUES,
    MARK,
    NORMALISED,
    VALUES,
    RawFeed,
    Request,
    mark_checked,
    tombstone,
)
from stammkunde.quality.verdicts import TABLE as VERDICTS

PURGES = f"{RAW_SCHEMA}._purges"
# Rows of it say that deleted rows may still be readable in the free blocks of the file.
COMPACTION_DUE = f"{RAW_SCHEMA}._compaction_due"

CROSSWALK = "identity_crosswalk"
CHANGES = "identity_changes"

# Who is erased, as found by `stammkunde.privacy.persons`.
ERASED_RECORDS = "erasure_records"
ERASED_NODES = "erasure_nodes"


@dataclass
class Purge:
    """What a purge did.

    Attributes:
        deleted: rows that went, by feed; unreadable lines among them.
        anonymised: rows that stayed without what told of the person, by feed.
        reduced: requests whose identifiers became keyed hashes.
    """

    deleted: dict[str, int] = field(default_factory=dict)
    anonymised: dict[str, int] = field(default_factory=dict)
    reduced: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was to be done."""
        return not (any(self.deleted.values()) or any(self.anonymised.values()) or self.reduced)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the log of purges where it is missing."""
    connection.execute(
        f"create table if not exists {PURGES} (purged_at timestamp not null,"
        " source varchar not null, feed varchar not null, rows_deleted bigint not null,"
        " rows_anonymised bigint not null)"
    )


def widen(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[RawFeed], *, all_rows: bool
) -> int:
    """Tombstone what only the rows that were hit carry.

    The key of an order that is anonymised, so that its lines are found, now or when they land. And
    what older versions of a contact record say: the models look at the newest one only.

    Args:
        connection: the warehouse, with `VALUES`, `HITS` and the rows of each feed.
        feeds: the raw tables.
        all_rows: `VALUES` holds what all rows carry; else nobody can say who else carries a value.

    Returns: the number of new tombstones.
    """
    found = [
        f"select distinct hit.{quoted(column)} as raw_value, "
        f"'{feed.source.name}' as source_system, 'order_key' as identifier_type, "
        "cast(null as varchar) as country "
        f"from ({feed.rows()}) as hit where row_id in (select row_id from {feed.rows_table}) "
        f"and hit.{quoted(column)} not like '{MARK}%'"
        for feed in feeds
        if feed.feed.on_erasure == ANONYMISE
        for column, identifier in feed.identifiers()
        if identifier.type == "order_key"
    ]
    if all_rows:
        found += [
            f"select distinct hit.{quoted(column)} as raw_value, '{feed.source.name}' as "
            f"source_system, '{identifier.type}' as identifier_type, "
            f"{'row_country' if identifier.type == 'phone' else 'cast(null as varchar)'} "
            f"as country from ({feed.rows()}) as hit "
            f"where row_id in (select row_id from {feed.rows_table}) "
            f"and hit.{quoted(column)} is not null"
            for feed in feeds
            if feed.feed.name == "contacts" and feed.feed.on_erasure == DELETE
            for column, identifier in feed.identifiers()
        ]
    if not found:
        return 0
    # Values that a row of another contact carries as well are somebody else's too. A row that names
    # no contact is nobody's: a guest order under the address that she had before is hers.
    others = " union ".join(
        f"select normal.identifier_type, normal.identifier_value from ({feed.rows()}) as other "
        f"inner join erasure_wider as normal on normal.source_system = '{feed.source.name}' "
        f"and normal.identifier_type = '{identifier.type}' "
        f"and normal.raw_value = other.{quoted(column)} "
        + (
            "and normal.country is not distinct from other.row_country "
            if identifier.type == "phone"
            else ""
        )
        + f"where row_id not in (select row_id from {feed.rows_table}) "
        f"and normal.identifier_type <> 'order_key' and {quoted(feed.contact_column)} is not null"
        for feed in feeds
        if feed.contact_column and feed.feed.on_erasure != REDUCE
        for column, identifier in feed.identifiers()
    )
    normal_form = f"""
        select source_system, country, identifier_type, raw_value, identifier_value
        from {VALUES} inner join {NORMALISED} using (record_node, identifier_type)
        where rejection_reason is null
    """
    connection.execute(
        f"""
        create or replace temp table erasure_wider as
        with candidates as (
            select distinct normal.identifier_type, normal.identifier_value
            from ({" union ".join(found)}) as found
            inner join ({normal_form}) as normal
                on found.source_system = normal.source_system
                and found.identifier_type = normal.identifier_type
                and found.raw_value = normal.raw_value
                and found.country is not distinct from normal.country
        )
        select normal.* from ({normal_form}) as normal
        inner join candidates using (identifier_type, identifier_value)
        """
    )
    return add_tombstones(
        connection,
        f"""
        select distinct identifier_type, identifier_value from erasure_wider
        where (identifier_type, identifier_value) not in (
            select (identifier_type, identifier_value) from ({others})
        )
        """,
    )


def add_tombstones(connection: duckdb.DuckDBPyConnection, identifiers: str) -> int:
    """Tombstone what a query over identifier_type and identifier_value gives.

    Returns: the number of new tombstones.
    """
    before = connection.execute("select count(*) from vault.tombstones").fetchall()[0][0]
    connection.execute(
        f"""
        insert into vault.tombstones
        select hash, any_value(identifier_type) from (
            select {tombstone("identifier_type", "identifier_value")} as hash, identifier_type
            from ({identifiers})
        ) where hash not in (select hash from vault.tombstones)
        group by hash
        """
    )
    connection.execute("checkpoint vault")
    after = connection.execute("select count(*) from vault.tombstones").fetchall()[0][0]
    return int(after - before)


def purge(
    connection: duckdb.DuckDBPyConnection,
    feeds: Sequence[RawFeed],
    project: Project,
    requests_to_reduce: Collection[Request],
    tombstones: int,
    purged_at: datetime,
) -> Purge:
    """Take out the rows that were hit, and all that is derived, in the caller's transaction.

    Args:
        connection: the warehouse, with the rows of each feed found.
        feeds: the raw tables.
        project: the dbt project, which says what is derived.
        requests_to_reduce: requests that are carried out.
        tombstones: their number, against which everything was held.
        purged_at: moment of the erasure, UTC.

    Returns: what was done. Where it is nothing, nothing was dropped either.
    """
    done = Purge()
    for feed in feeds:
        if feed.feed.on_erasure == DELETE:
            done.deleted[feed.feed.table] = _delete(connection, feed)
        elif feed.feed.on_erasure == ANONYMISE:
            done.anonymised[feed.feed.table] = _anonymise(connection, feed)
        else:
            done.reduced += _reduce(connection, feed, requests_to_reduce)
        lines = _delete_lines(connection, feed)
        done.deleted[feed.feed.table] = done.deleted.get(feed.feed.table, 0) + lines
    changed = _purge_identity(connection, project, purged_at)
    mark_checked(connection, feeds, tombstones)
    if done.is_empty and not changed:
        return done
    for feed in feeds:
        deleted = done.deleted.get(feed.feed.table, 0)
        anonymised = done.anonymised.get(feed.feed.table, 0)
        if deleted or anonymised:
            connection.execute(
                f"insert into {PURGES} values (?, ?, ?, ?, ?)",
                [purged_at, feed.source.name, feed.feed.name, deleted, anonymised],
            )
    drop_derived(connection, project)
    connection.execute(f"create table if not exists {COMPACTION_DUE} (since timestamp)")
    connection.execute(f"insert into {COMPACTION_DUE} values (?)", [purged_at])
    return done


def _delete(connection: duckdb.DuckDBPyConnection, feed: RawFeed) -> int:
    rows = f"rowid in (select row_id from {feed.rows_table})"
    _account(
        connection,
        feed,
        f"select _file as file, count(*) as row_count from {feed.table} where {rows} group by all",
        "rows_loaded",
    )
    return _count(connection.execute(f"delete from {feed.table} where {rows}"))


def _anonymise(connection: duckdb.DuckDBPyConnection, feed: RawFeed) -> int:
    """Empty what tells of the person; an order gets the same other key everywhere."""
    assignments = []
    for column in feed.feed.columns:
        name = quoted(column.name)
        if any(identifier.type == "order_key" for identifier in column.identifiers):
            # Some systems mark cancellations by a letter in front of the number; it stays.
            value = (
                f"case when regexp_matches(trim({name}), '^[A-Z][0-9]') "
                f"then left(trim({name}), 1) || '-' else '' end || '{MARK}' || "
                f"left(keyed('order|{feed.source.name}|' || trim({name})), 32)"
            )
            assignments.append(
                f"{name} = case when {name} like '%{MARK}%' then {name} else {value} end"
            )
        elif column.pseudonym:
            # Of each row its own, so that the orders of a person do not stay together.
            value = f"'{MARK}' || left(keyed('row|' || _file || '|' || _row_number), 32)"
            assignments.append(f"{name} = {value}")
        elif column.identifiers or column.pii:
            assignments.append(f"{name} = null")
    return _count(
        connection.execute(
            f"update {feed.table} set {', '.join(assignments)} "
            f"where rowid in (select row_id from {feed.rows_table})"
        )
    )


def _reduce(
    connection: duckdb.DuckDBPyConnection, feed: RawFeed, requests: Collection[Request]
) -> int:
    """Put keyed hashes in the place of a request's identifiers."""
    connection.execute("create or replace temp table erasure_requests (row_id bigint)")
    for request in requests:
        if request.table == feed.feed.table:
            connection.execute(
                f"insert into erasure_requests select rowid from {feed.table} "
                "where _file = ? and _row_number = ?",
                list(request.row),
            )
    connection.execute(f"insert into erasure_requests select row_id from {feed.rows_table}")
    assignments = [
        f"{quoted(column.name)} = case when {quoted(column.name)} like '{MARK}%' "
        f"then {quoted(column.name)} else '{MARK}' || keyed('request|{column.name}|' || "
        f"trim({quoted(column.name)})) end"
        for column in feed.feed.columns
        if column.identifiers
    ]
    return _count(
        connection.execute(
            f"update {feed.table} set {', '.join(assignments)} "
            "where rowid in (select row_id from erasure_requests)"
        )
    )


def _delete_lines(connection: duckdb.DuckDBPyConnection, feed: RawFeed) -> int:
    """Delete the lines that could not be read and hold a tombstoned identifier."""
    connection.execute(
        f"""
        create or replace temp table erasure_lines as
        select distinct lines.file, lines.row_number
        from {LINE_VALUES} as lines inner join {HITS} as hits
            on lines.source_system = hits.source_system
            and lines.identifier_type = hits.identifier_type
            and lines.raw_value = hits.raw_value
            and lines.country is not distinct from hits.country
        where lines.source_system = ? and lines.feed = ?
        """,
        [feed.source.name, feed.feed.name],
    )
    _account(
        connection,
        feed,
        "select file, count(*) as row_count from erasure_lines group by all",
        "rows_unreadable",
    )
    return _count(
        connection.execute(
            f"delete from {UNREADABLE} where source = ? and feed = ? and (file, row_number) in "
            "(select (file, row_number) from erasure_lines)",
            [feed.source.name, feed.feed.name],
        )
    )


def _account(
    connection: duckdb.DuckDBPyConnection, feed: RawFeed, counts: str, column: str
) -> None:
    """Move rows of the ledger from one of its counts to ``rows_erased``."""
    connection.execute(
        f"""
        update {FILES} set
            {column} = {column} - counts.row_count,
            rows_erased = rows_erased + counts.row_count
        from ({counts}) as counts
        where {FILES}.file = counts.file and {FILES}.source = ? and {FILES}.feed = ?
            and {FILES}.status = ? and {FILES}.{column} > 0
        """,
        [feed.source.name, feed.feed.name, LOADED],
    )


def _purge_identity(
    connection: duckdb.DuckDBPyConnection, project: Project, purged_at: datetime
) -> bool:
    """Take erased customers out of the crosswalk, and log that they were erased.

    Returns: whether any stood there.
    """
    if not project.is_built(connection, CROSSWALK):
        return False
    crosswalk, changes = project.relation(CROSSWALK), project.relation(CHANGES)
    # A record names its contact, its order or its device (and who was logged in) in its id. Those
    # that are tombstoned stand here where the warehouse comes from a backup.
    device = "replace(replace(split_part(record_id, '|', 2), '%7C', '|'), '%25', '%')"
    user = r"regexp_extract(record_id, '^[^|]*\|[^|]*\|(.*)$', 1)"
    user = f"split_part(record_id, '|', 1) || '|' || {user}"
    hashes = "(select hash from vault.tombstones)"
    connection.execute(
        f"""
        create or replace temp table erasure_promised as
        select customer_id, record_node from {crosswalk}
        where customer_id in (
            select customer_id from {crosswalk}
            where (record_type = 'contact'
                    and {tombstone("'contact_key'", "record_id")} in {hashes})
                or (record_type = 'order' and {tombstone("'order_key'", "record_id")} in {hashes})
                or (record_type = 'device' and (
                    {tombstone("'anonymous_id'", device)} in {hashes}
                    or {tombstone("'contact_key'", user)} in {hashes}
                ))
        ) and (select count(*) from {ERASED_NODES}) = 0
        union
        select customer_id, record_node from {crosswalk}
        where record_node in (select record_node from {ERASED_RECORDS})
        """
    )
    gone = _count(
        connection.execute(
            f"delete from {crosswalk} "
            "where record_node in (select record_node from erasure_promised)"
        )
    )
    if not gone or not project.is_built(connection, CHANGES):
        return bool(gone)
    connection.execute(
        f"""
        create or replace temp table erasure_ids as
        select customer_id, count(*) as record_count from erasure_promised
        where customer_id not in (select customer_id from {crosswalk})
        group by customer_id
        """
    )
    connection.execute(
        f"""
        update {changes} set identifier_node = null
        where identifier_node in (select identifier_node from {ERASED_NODES})
            or old_customer_id in (select customer_id from erasure_ids)
            or new_customer_id in (select customer_id from erasure_ids)
        """
    )
    connection.execute(
        f"""
        insert into {changes} by name
        select
            md5('erase|' || customer_id || '|' || cast(? as varchar)) as change_id,
            'erase' as change_type,
            customer_id as old_customer_id,
            record_count,
            'erasure_request' as cause,
            cast(? as timestamp) as changed_at,
            'erasure' as run_id
        from erasure_ids
        """,
        [purged_at.isoformat(), purged_at],
    )
    return True


def drop_derived(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Drop everything that the run builds anew, and whatever else could hold rows of a person.

    Kept: the raw tables, the crosswalk and the log of identity (purged above), histories that are
    never computed again (models without full refresh; none has personal data, a test says) and the
    verdicts.
    """
    kept = {
        (node["schema"], node["alias"])
        for node in project.nodes.values()
        if node["resource_type"] == "model"
        and (node["config"].get("full_refresh") is False or node["name"] == CROSSWALK)
    } | {tuple(VERDICTS.split("."))}
    for kind in ("view", "table"):
        rows = connection.execute(
            f"select schema_name, {kind}_name from duckdb_{kind}s() where not internal "
            "and not temporary and database_name = current_database()"
        ).fetchall()
        for schema, name in rows:
            if schema != RAW_SCHEMA and (schema, name) not in kept:
                connection.execute(f"drop {kind} {quoted(schema)}.{quoted(name)}")


def _count(result: duckdb.DuckDBPyConnection) -> int:
    return int(result.fetchall()[0][0])
