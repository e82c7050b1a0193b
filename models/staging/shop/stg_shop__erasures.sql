{{ config(enabled=feed_is_enabled('shop', 'erasures')) }}

with

accepted as (

    select
        request_key,
        contact_key,
        email,
        phone,
        loyalty_card,
        requested_at
    from {{ ref('base_shop__erasures') }}
    where row_outcome = 'accepted'

)

select * from accepted
