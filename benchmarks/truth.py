"""The truth of a simulation as labels, which model ``identity_accuracy`` measures against."""

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
