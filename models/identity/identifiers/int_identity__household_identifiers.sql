with

record_identifiers as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

patterns as (

    select
        identifier_type,
        pattern
    from {{ ref('household_identifiers') }}

),

checkable as (

    select distinct
        record_identifiers.identifier_type,
        record_identifiers.identifier_value
    from record_identifiers
    inner join patterns on record_identifiers.identifier_type = patterns.identifier_type

),

household_identifiers as (

    select distinct
        checkable.identifier_type,
        checkable.identifier_value
    from checkable
    inner join patterns
        on
            checkable.identifier_type = patterns.identifier_type
            and {{ lower_letters('checkable.identifier_value') }} like patterns.pattern

)

select * from household_identifiers
