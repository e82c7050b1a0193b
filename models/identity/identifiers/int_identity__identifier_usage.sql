with

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

-- Which contact record a record names; a blocked key ("null") names none.
named_contacts as (

    select
        record_node,
        contact_id
    from {{ ref('int_identity__named_contacts') }}

),

superseded as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_periods') }}
    where not is_current

),

types as (

    select
        identifier_type,
        identifies_person,
        max_contacts_per_identifier,
        max_records_per_identifier,
        max_identifiers_per_customer
    from {{ ref('identifier_types') }}

),

counted as (

    select
        record_identifiers.identifier_type,
        record_identifiers.identifier_value,
        count(*) as record_count,
        count(distinct named_contacts.contact_id) as contact_count
    from record_identifiers
    left join named_contacts on record_identifiers.record_node = named_contacts.record_node
    group by record_identifiers.identifier_type, record_identifiers.identifier_value

),

crowded as (

    select
        counted.identifier_type,
        counted.identifier_value
    from counted
    inner join types on counted.identifier_type = types.identifier_type
    where counted.record_count > types.max_records_per_identifier

),

-- Many records alone are no sign of many people: an office canteen orders every day. Only what else
-- the records carry says so, and a record that carries the value alone says nothing.
carried_beside as (

    select
        crowded.identifier_type,
        crowded.identifier_value,
        beside.identifier_type as beside_type,
        count(distinct beside.identifier_value) as value_count
    from crowded
    inner join record_identifiers
        on
            crowded.identifier_type = record_identifiers.identifier_type
            and crowded.identifier_value = record_identifiers.identifier_value
    inner join record_identifiers as beside
        on
            record_identifiers.record_node = beside.record_node
            and record_identifiers.identifier_type <> beside.identifier_type
    left join superseded
        on
            beside.record_node = superseded.record_node
            and beside.identifier_type = superseded.identifier_type
            and beside.identifier_value = superseded.identifier_value
    where superseded.record_node is null
    group by crowded.identifier_type, crowded.identifier_value, beside.identifier_type

),

contradicted as (

    select distinct
        carried_beside.identifier_type,
        carried_beside.identifier_value
    from carried_beside
    inner join types on carried_beside.beside_type = types.identifier_type
    where
        types.identifies_person
        and carried_beside.value_count > types.max_identifiers_per_customer

),

usage as (

    select
        counted.identifier_type,
        counted.identifier_value,
        counted.record_count,
        counted.contact_count,
        case
            when counted.contact_count > types.max_contacts_per_identifier then 'too_many_contacts'
            when contradicted.identifier_value is not null then 'too_many_people'
        end as hub_reason
    from counted
    inner join types on counted.identifier_type = types.identifier_type
    left join contradicted
        on
            counted.identifier_type = contradicted.identifier_type
            and counted.identifier_value = contradicted.identifier_value

)

select * from usage
