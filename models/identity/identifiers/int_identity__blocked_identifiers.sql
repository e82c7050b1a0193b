with

listed as (

    select
        identifier_type,
        pattern,
        reason
    from {{ ref('blocked_identifiers') }}

),

blocked as (

    select
        identifier_type,
        pattern,
        reason
    from listed
    union all
    -- Not in the seed: dbt's reader of seeds takes the word for an empty value on some engines.
    select
        'any' as identifier_type,
        'null' as pattern,
        'placeholder' as reason

)

select * from blocked
