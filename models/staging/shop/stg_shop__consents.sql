{{ config(enabled=feed_is_enabled('shop', 'consents')) }}

with

base_rows as (

    select
        contact_key,
        address,
        purpose,
        channel,
        state,
        changed_at,
        legal_basis,
        source,
        row_outcome
    from {{ ref('base_shop__consents') }}

),

accepted as (

    select
        contact_key,
        address,
        purpose,
        channel,
        state,
        changed_at,
        legal_basis,
        source
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
