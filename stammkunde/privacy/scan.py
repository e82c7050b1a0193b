"""The last gate before publishing: no identifier of an erased person stands anywhere."""

from collections import Counter
from pathlib import Path

import duckdb

from stammkunde.ingest import read_contract
from stammkunde.ingest.warehouse import RAW_SCHEMA, quoted
from stammkunde.paths import Home
from stammkunde.privacy import raw
from stammkunde.privacy.erase import require_vault
from stammkunde.privacy.normaliser import GIVEN_COLUMNS, Project, compile_project
from stammkunde.privacy.raw import tombstone
from stammkunde.privacy.vault import ErasureError, Vault
from stammkunde.settings import Settings, known_sources, sources_file

# Columns that hold an identifier of this type in whatever table they stand.
_NAMED = {
    "contact_key": "contact_key",
    "user_key": "contact_key",
    "order_key": "order_key",
    "anonymous_id": "anonymous_id",
    "email": "email",
    "phone": "phone",
    "loyalty_card": "loyalty_card",
}


def require_erased(place: Home, settings: Settings) -> None:
    """Stop a run that would publish what is left of an erased person.

    Looks at the raw tables as the purge does, and at every text of every other table: what looks
    like an e-mail address or an international telephone number, keys in the columns that are named
    so, and ids of records. Without tombstones it looks at nothing.

    Raises:
        ErasureError: tables and columns in which tombstoned identifiers stand, and how many.
    """
    vault = require_vault(place)
    if vault is None or not vault.count():
        return
    found = find_erased(place.warehouse, vault, compile_project(place, settings))
    if found:
        places = ", ".join(f"{count:,} in {name}" for name, count in sorted(found.items()))
        raise ErasureError(
            f"Identifiers of erased people are still there ({places}), so nothing is published. "
            "Run again; if it stays, report it."
        )


def find_erased(warehouse: Path, vault: Vault, project: Project) -> Counter[str]:
    """Tombstoned identifiers by the place where they stand: ``schema.table.column``."""
    contracts = {source: read_contract(sources_file(source)) for source in known_sources()}
    found: Counter[str] = Counter()
    with duckdb.connect() as connection:
        name = quoted(warehouse.stem)
        path = str(warehouse).replace("'", "''")
        connection.execute(f"attach '{path}' as {name} (read_only)")
        connection.execute(f"use {name}")
        vault.attach(connection)
        feeds = raw.raw_feeds(connection, contracts)
        raw.collect_values(connection, feeds, project, None)
        if raw.find_hits(connection, feeds):
            for feed in feeds:
                found[feed.table] = _count(connection, f"select count(*) from {feed.rows_table}")
            found[f"{RAW_SCHEMA}._unreadable_lines"] = _count(
                connection,
                f"select count(*) from {raw.LINE_VALUES} as lines inner join {raw.HITS} as hits "
                "using (source_system, identifier_type, raw_value) "
                "where lines.country is not distinct from hits.country",
            )
        _collect_texts(connection)
        project.normalise(connection, "erasure_texts", "erasure_texts_normalised")
        rows = connection.execute(
            f"""
            select texts.place, count(*)
            from erasure_texts as texts
            inner join erasure_texts_normalised as normal using (record_node, identifier_type)
            where {tombstone("normal.identifier_type", "normal.identifier_value")}
                in (select hash from vault.tombstones)
            group by all
            union all
            select place, count(*) from erasure_ids
            where {tombstone("'contact_key'", "value")} in (select hash from vault.tombstones)
                or {tombstone("'order_key'", "value")} in (select hash from vault.tombstones)
            group by all
            """
        ).fetchall()
        found.update({str(place): int(count) for place, count in rows})
    return +found


def _collect_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Texts of the built tables that may be an identifier, and those that may be a record's id."""
    connection.execute(
        f"create or replace temp table erasure_texts ({GIVEN_COLUMNS}, place varchar)"
    )
    connection.execute("create or replace temp table erasure_ids (value varchar, place varchar)")
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and data_type = 'VARCHAR' and not internal "
        "and schema_name <> ? "
        "and table_name in (select table_name from duckdb_tables() where not temporary)",
        [RAW_SCHEMA],
    ).fetchall()
    for schema, table, column in columns:
        where = f"{schema}.{table}.{column}"
        relation, value = f"{quoted(schema)}.{quoted(table)}", quoted(column)
        source = _source(connection, schema, table)
        kinds = {
            "email": f"{value} like '%@%'",
            "phone": f"regexp_matches({value}, '^[+][0-9 ()/.-]{{7,}}$')",
        }
        if column in _NAMED:
            kinds[_NAMED[column]] = "true"
        for kind, condition in kinds.items():
            connection.execute(
                f"""
                insert into erasure_texts
                select (select count(*) from erasure_texts) + row_number() over (),
                    source_system, null, ?, value, ?
                from (
                    select distinct {source} as source_system, {value} as value from {relation}
                    where {value} is not null and {value} not like '{raw.MARK}%' and {condition}
                )
                """,
                [kind, where],
            )
        connection.execute(
            f"insert into erasure_ids select distinct {value}, ? from {relation} "
            f"where {value} like '%|%'",
            [where],
        )


def _source(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """SQL of the source system of a table's rows, in which its keys count."""
    named = connection.execute(
        "select 1 from duckdb_columns() where schema_name = ? and table_name = ? "
        "and column_name = 'source_system'",
        [schema, table],
    ).fetchall()
    if named:
        return "source_system"
    # staging: base_<source>__<feed>
    return f"'{table.partition('_')[2].partition('__')[0]}'"


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
