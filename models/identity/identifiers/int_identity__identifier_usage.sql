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
        identifier_value as contact_id
    from record_identifiers
    where identifier_type = 'contact_key'

),

types as (

    select
        identifier_type,
        max_contacts_per_identifier,
        max_records_per_identifier
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

usage as (

    select
        counted.identifier_type,
        counted.identifier_value,
        counted.record_count,
        counted.contact_count,
        case
            when counted.contact_count > types.max_contacts_per_identifier then 'too_many_contacts'
            when counted.record_count > types.max_records_per_identifier then 'too_many_records'
        end as hub_reason
    from counted
    inner join types on counted.identifier_type = types.identifier_type

)

select * from usage
