"""The truth of a simulation as labels, which model ``identity_accuracy`` measures against."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

# A device of one owner is labelled as a whole. What somebody did while logged in is theirs on any
# device; what nobody was logged in for on a device of several is nobody's.
_LABELS = """
    create or replace table raw.identity_truth as
    with contacts as (
        select
            'shop|' || contact_key as record_id,
            contact_key,
            cast(person_id as varchar) as person_id
        from read_parquet($contacts)
    ),
    orders as (
        select 'shop|' || order_key as record_id, cast(person_id as varchar) as person_id
        from read_parquet($orders)
    ),
    owners as (
        select anonymous_id, cast(person_ids[1] as varchar) as person_id
        from read_parquet($devices)
        where len(person_ids) = 1
    ),
    devices as (
        select
            records.record_id,
            coalesce(
                contacts.person_id, case when records.contact_key is null then owners.person_id end
            ) as person_id
        from identity.int_identity__records as records
        left join contacts on records.contact_key = contacts.contact_key
        left join owners on split_part(records.record_id, '|', 2) = owners.anonymous_id
        where records.record_type = 'device'
    ),
    labels as (
        select 'contact' as record_type, record_id, person_id from contacts
        union all
        select 'order' as record_type, record_id, person_id from orders
    )
    select 'contacts and orders' as truth_set, * from labels
    union all
    select 'with devices' as truth_set, * from labels
    union all
    select 'with devices' as truth_set, 'device' as record_type, record_id, person_id
    from devices
    where person_id is not null
"""


def label(warehouse: Path, truth: Path) -> None:
    """Write table ``raw.identity_truth`` from the truth of a simulated shop.

    Args:
        warehouse: DuckDB file in which the shop was resolved once: its device records are labelled.
        truth: folder ``truth`` of the simulation.
    """
    files = {
        "contacts": str(truth / "contact_owner.parquet"),
        "orders": str(truth / "order_owner.parquet"),
        "devices": str(truth / "device_owner.parquet"),
    }
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists raw")
        connection.execute(_LABELS, files)


# Customers who gave a full address, and who are one person as far as their contact records say.
_HOUSEHOLDS = """
    with owners as (
        select
            records.customer_id,
            min(labels.person_id) as person_id
        from identity.int_identity_quality__truth as labels
        inner join identity.int_identity__customer_records as records
            on labels.record_node = records.record_node
        where labels.truth_set = 'contacts and orders' and labels.record_type = 'contact'
        group by records.customer_id
        having min(labels.person_id) = max(labels.person_id)
    ),
    customers as (
        select
            coalesce(found.household_id, found.customer_id) as claimed,
            people.household_id as truly
        from identity.customer_households as found
        inner join owners on found.customer_id = owners.customer_id
        inner join read_parquet($people) as people
            on owners.person_id = cast(people.person_id as varchar)
        where coalesce(found.no_household_reason, '') <> 'no_address'
    ),
    parts as (select claimed, truly, count(*) as size from customers group by all),
    claimed as (select sum(size * (size - 1) / 2) as pairs from (
        select sum(size) as size from parts group by claimed
    )),
    truly as (select sum(size * (size - 1) / 2) as pairs from (
        select sum(size) as size from parts group by truly
    )),
    correct as (select sum(size * (size - 1) / 2) as pairs from parts)
    select
        (select sum(size) from parts),
        claimed.pairs,
        truly.pairs,
        correct.pairs
    from claimed, truly, correct
"""

# An accepted tie that records of several people carry: what joined them.
_WRONG_TIES = """
    with carried as (
        select
            edges.identifier_type,
            edges.identifier_node,
            count(distinct labels.person_id) as people
        from identity.int_identity__edges as edges
        inner join identity.int_identity_quality__truth as labels
            on edges.record_node = labels.record_node
        where labels.truth_set = 'with devices'
        group by all
        having count(distinct labels.person_id) > 1
    )
    select identifier_type, count(*), sum(people) from carried group by all order by 2 desc, 1
"""


@dataclass(frozen=True)
class Households:
    """Pairs of customers who gave an address.

    Attributes:
        customers: how many gave one.
        claimed: pairs in one household by the model.
        truly: pairs in one household by the simulation, whatever their last names.
        correct: pairs of both kinds.
    """

    customers: int
    claimed: float
    truly: float
    correct: float


def households(warehouse: Path, truth: Path) -> Households:
    """Hold the households of a labelled warehouse against those of the simulation."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(_HOUSEHOLDS, {"people": str(truth / "people.parquet")}).fetchall()
    customers, *pairs = (value or 0 for value in rows[0])
    return Households(int(customers), *(float(value) for value in pairs))


def accuracy(warehouse: Path) -> dict[str, dict[str, float]]:
    """The rows of ``identity_accuracy``: truth set to metric to value."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select truth_set, metric, metric_value from identity.identity_accuracy order by all"
        ).fetchall()
    found: dict[str, dict[str, float]] = {}
    for truth_set, metric, value in rows:
        found.setdefault(truth_set, {})[metric] = value
    return found


def wrong_ties(warehouse: Path) -> list[tuple[str, int, int]]:
    """Identifier type, identifiers that tie records of several people, and those people."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(_WRONG_TIES).fetchall()
    return [(kind, int(identifiers), int(people)) for kind, identifiers, people in rows]
