"""Who is meant by an erasure request: the customers of the resolved identity graph.

A contact_key is exact. An e-mail address, a telephone number or a card names a person only where
all records that carry it are one customer: that of a family names nobody, then or later. Who gave
it up is meant only where nobody has it now. What several people carry is never tombstoned: the
rows of the others hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from stammkunde.privacy.normaliser import GIVEN_COLUMNS, Project
from stammkunde.privacy.purge import CROSSWALK, ERASED_NODES, ERASED_RECORDS, add_tombstones
from stammkunde.privacy.raw import Request, key_scopes

ERASED = "erased"
NOBODY = "nobody"
SEVERAL = "several people"

_ASKED = "erasure_asked"
_ASKED_NORMALISED = "erasure_asked_normalised"
_CUSTOMERS = "erasure_customers"


@dataclass(frozen=True)
class Found:
    """Who a request means.

    Attributes:
        request: the request.
        outcome: `ERASED`, `NOBODY` (no record carries what it names) or `SEVERAL`.
        customers: how many customers.
        records: their records.
    """

    request: Request
    outcome: str
    customers: int
    records: int


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that tell who is erased, with nobody in them."""
    connection.execute(f"create or replace temp table {_CUSTOMERS} (customer_id varchar)")
    connection.execute(f"create or replace temp table {ERASED_RECORDS} (record_node bigint)")
    connection.execute(f"create or replace temp table {ERASED_NODES} (identifier_node bigint)")


def find_persons(
    connection: duckdb.DuckDBPyConnection, project: Project, requests: Sequence[Request]
) -> list[Found]:
    """Find who the requests mean, and tombstone what is theirs alone.

    Args:
        connection: the warehouse, with identity resolved on what is loaded, and the vault attached.
        project: the dbt project.
        requests: what is asked for.

    Returns: one entry a request. `ERASED_RECORDS` and `ERASED_NODES` hold the records and the
        identifiers of all who are erased.
    """
    _normalise(connection, project, requests)
    _decide(connection, project)
    customer_records = project.relation("int_identity__customer_records")
    counts = {
        int(row[0]): (int(row[1]), int(row[2]), bool(row[3]))
        for row in connection.execute(
            f"""
            with records as (
                select customer_id, count(*) as records from {customer_records} group by all
            )
            select
                decided.request_number,
                count(distinct decided.customer_id),
                coalesce(sum(records.records), 0),
                bool_or(decided.names_several)
            from (
                select distinct
                    request_number,
                    case when not names_several then customer_id end as customer_id,
                    names_several
                from erasure_named
            ) as decided
            left join records on decided.customer_id = records.customer_id
            group by all
            """
        ).fetchall()
    }
    found = []
    for number, request in enumerate(requests):
        customers, records, names_several = counts.get(number, (0, 0, False))
        outcome = ERASED if customers else SEVERAL if names_several else NOBODY
        found.append(Found(request, outcome, customers, records))
    _remember(connection, project, [each.outcome for each in found])
    return found


def _normalise(
    connection: duckdb.DuckDBPyConnection, project: Project, requests: Sequence[Request]
) -> None:
    """Write what is asked for into `_ASKED`, and its normal form beside it."""
    connection.execute(
        f"create or replace temp table {_ASKED} (request_number bigint, {GIVEN_COLUMNS})"
    )
    scopes = key_scopes()
    rows = [
        [
            number,
            scopes.get((request.source, kind), request.source),
            kind,
            value,
            request.identifiers.get("contact_key"),
        ]
        for number, request in enumerate(requests)
        for kind, value in request.identifiers.items()
    ]
    # A telephone number is read as that of the country of the contact, where the request names one.
    connection.executemany(
        f"""
        insert into {_ASKED}
        select ?, (select count(*) from {_ASKED}), given.source_system,
            contacts.country, ?, ?
        from (select ? as source_system, ? as contact_key) as given
        left join {project.relation("contacts")} as contacts
            on given.source_system = contacts.source_system
            and given.contact_key = contacts.contact_key
        """,
        [[number, kind, value, source, key] for number, source, kind, value, key in rows],
    )
    project.normalise(connection, _ASKED, _ASKED_NORMALISED)


def _decide(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Write into ``erasure_named`` which customers each request names, and which it cannot tell."""
    records = project.relation("int_identity__customer_records")
    connection.execute(
        f"""
        create or replace temp table erasure_named as
        with asked as (
            select request_number, source_system, identifier_type, identifier_value, raw_value,
                rejection_reason
            from {_ASKED} inner join {_ASKED_NORMALISED} using (record_node, identifier_type)
            -- A placeholder names nobody, however many carry it.
            where coalesce(rejection_reason, '') not like 'blocked%'
        ),
        contacts as (
            select asked.request_number, asked.identifier_type, records.customer_id
            from asked inner join {records} as records
                on records.record_type = 'contact'
                and records.record_id = asked.identifier_value
            where asked.identifier_type = 'contact_key'
        ),
        carriers_of_any_time as (
            select asked.request_number, asked.identifier_type, records.customer_id,
                periods.record_node is not null as is_former
            from asked
            inner join {project.relation("int_identity__record_identifiers")} as carried
                on asked.identifier_type = carried.identifier_type
                and asked.identifier_value = carried.identifier_value
            inner join {records} as records on carried.record_node = records.record_node
            left join {project.relation("int_identity__identifier_periods")} as periods
                on carried.record_node = periods.record_node
                and carried.identifier_type = periods.identifier_type
                and carried.identifier_value = periods.identifier_value
                and periods.replaced_at is not null
            where asked.rejection_reason is null
                and (asked.request_number, asked.identifier_type) not in (
                    select (request_number, identifier_type) from contacts
                )
        ),
        carriers as (
            select request_number, identifier_type, customer_id from carriers_of_any_time
            where not is_former or (request_number, identifier_type) not in (
                select (request_number, identifier_type) from carriers_of_any_time
                where not is_former
            )
            union
            -- A telephone number without its country is looked for as it is written.
            select asked.request_number, asked.identifier_type, records.customer_id
            from asked
            inner join {project.relation("int_identity__raw_identifiers")} as carried
                on asked.identifier_type = carried.identifier_type
                and asked.raw_value = trim(carried.raw_value)
            inner join {records} as records on carried.record_node = records.record_node
            where asked.rejection_reason is not null
        )
        select request_number, identifier_type, customer_id, false as names_several from contacts
        union
        select request_number, identifier_type, customer_id,
            count(*) over (partition by request_number, identifier_type) > 1 as names_several
        from carriers
        """
    )
    # What a family shares says nothing beside what is exact.
    connection.execute(
        """
        delete from erasure_named
        where names_several and request_number in (
            select request_number from erasure_named where not names_several
        )
        """
    )


def _remember(
    connection: duckdb.DuckDBPyConnection, project: Project, outcomes: Sequence[str]
) -> None:
    """Note whose records go, and tombstone the identifiers that are theirs alone."""
    records = project.relation("int_identity__customer_records")
    carried = project.relation("int_identity__record_identifiers")
    connection.execute(
        f"""
        create or replace temp table {_CUSTOMERS} as
        select distinct customer_id from erasure_named where not names_several
        """
    )
    connection.execute(
        f"""
        create or replace temp table {ERASED_RECORDS} as
        select record_node from {records}
        where customer_id in (select customer_id from {_CUSTOMERS})
        """
    )
    connection.execute(
        f"""
        create or replace temp table erasure_own as
        with named as (
            -- A contact or order that goes takes its key along, whoever else names it.
            select
                case record_type when 'contact' then 'contact_key' else 'order_key' end
                    as identifier_type,
                record_id as identifier_value
            from {records}
            where record_type in ('contact', 'order')
                and record_node in (select record_node from {ERASED_RECORDS})
        )
        select identifier_type, identifier_value from named
        union
        select identifier_type, identifier_value from {carried}
        where rejection_reason is null
        group by all
        having bool_and(record_node in (select record_node from {ERASED_RECORDS}))
        """
    )
    kept = ", ".join(str(number) for number, each in enumerate(outcomes) if each == SEVERAL) or "-1"
    add_tombstones(
        connection,
        f"""
        select identifier_type, identifier_value from erasure_own
        union
        -- What is asked for and nobody carries, so that a file that lands later brings nobody.
        select asked.identifier_type, asked.identifier_value
        from {_ASKED_NORMALISED} as asked inner join {_ASKED} using (record_node, identifier_type)
        where asked.rejection_reason is null and request_number not in ({kept})
            and (asked.identifier_type, asked.identifier_value) not in (
                select (identifier_type, identifier_value) from {carried}
            )
        """,
    )
    connection.execute(
        f"""
        create or replace temp table {ERASED_NODES} as
        select distinct identifier_node from {project.relation("int_identity__edge_decisions")}
        where (identifier_type, identifier_value) in (
            select (identifier_type, identifier_value) from erasure_own
        )
        """
    )
    if not project.is_built(connection, CROSSWALK):
        return  # the first run: no id was promised yet
    # What this run does not see, since it looks at an earlier day, was theirs as well.
    connection.execute(
        f"""
        insert into {ERASED_RECORDS}
        select record_node from {project.relation(CROSSWALK)}
        where customer_id in (select customer_id from {_CUSTOMERS})
            and record_node not in (select record_node from {records})
        """
    )
