-- A row is a type with a setting that the models cannot keep: contact keys mean something else in
-- each source and devices the same everywhere, and a window divides only what a later round judges.
with

types as (

    select
        identifier_type,
        resolution_round,
        scope,
        window_days
    from {{ ref('identifier_types') }}

),

unfit as (

    select identifier_type
    from types
    where
        (identifier_type = 'contact_key' and (scope <> 'source_system' or resolution_round <> 1))
        or (identifier_type = 'anonymous_id' and (scope <> 'global' or resolution_round <> 3))
        or (resolution_round = 1 and window_days is not null)

)

select * from unfit
