{{ config(enabled=feed_is_enabled('shop', 'consents')) }}

with

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
    from {{ ref('base_shop__consents') }}
    where row_outcome = 'accepted'

)

select * from accepted
