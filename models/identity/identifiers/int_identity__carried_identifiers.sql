with

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value,
        rejection_reason
    from {{ ref('int_identity__record_identifiers') }}

),

identifier_usage as (

    select
        identifier_type,
        identifier_value,
        record_count,
        hub_reason
    from {{ ref('int_identity__identifier_usage') }}

),

identifier_spells as (

    select
        record_node,
        identifier_type,
        identifier_value,
        spell
    from {{ ref('int_identity__identifier_spells') }}

),

carried_identifiers as (

    select
        record_identifiers.record_node,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value,
        identifier_spells.spell,
        coalesce(identifier_usage.record_count, 0) as record_count,
        coalesce(record_identifiers.rejection_reason, identifier_usage.hub_reason)
            as rejection_reason
    from record_identifiers
    left join identifier_usage
        on
            record_identifiers.identifier_type = identifier_usage.identifier_type
            and record_identifiers.identifier_value = identifier_usage.identifier_value
    left join identifier_spells
        on
            record_identifiers.record_node = identifier_spells.record_node
            and record_identifiers.identifier_type = identifier_spells.identifier_type
            and record_identifiers.identifier_value = identifier_spells.identifier_value

)

select * from carried_identifiers
