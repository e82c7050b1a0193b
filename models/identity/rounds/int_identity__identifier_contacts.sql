with

identifier_usage as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_usage') }}
    where contact_count > 1 and hub_reason is null

),

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

named_contacts as (

    select
        record_node,
        contact_id
    from {{ ref('int_identity__named_contacts') }}

),

types as (

    select identifier_type
    from {{ ref('identifier_types') }}
    where resolution_round = 1 or is_personal

),

identifier_contacts as (

    select distinct
        identifier_usage.identifier_type,
        identifier_usage.identifier_value,
        named_contacts.contact_id
    from identifier_usage
    inner join types on identifier_usage.identifier_type = types.identifier_type
    inner join record_identifiers
        on
            identifier_usage.identifier_type = record_identifiers.identifier_type
            and identifier_usage.identifier_value = record_identifiers.identifier_value
    inner join named_contacts
        on record_identifiers.record_node = named_contacts.record_node

)

select * from identifier_contacts
