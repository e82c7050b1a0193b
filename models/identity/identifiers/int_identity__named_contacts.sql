{{ config(materialized='view') }} -- a filter, not worth a copy

with

record_identifiers as (

    select
        record_node,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where identifier_type = 'contact_key' and rejection_reason is null

),

-- An order that went from one account to another names the second, and still carries the first.
replaced as (

    select
        record_node,
        identifier_value
    from {{ ref('int_identity__identifier_periods') }}
    where identifier_type = 'contact_key' and replaced_at is not null

),

named_contacts as (

    select
        record_identifiers.record_node,
        record_identifiers.identifier_value as contact_id
    from record_identifiers
    left join replaced
        on
            record_identifiers.record_node = replaced.record_node
            and record_identifiers.identifier_value = replaced.identifier_value
    where replaced.record_node is null

)

select * from named_contacts
