{{ config(enabled=feed_is_enabled('shop', 'ad_spend')) }}

with

accepted as (

    select
        spend_date,
        channel,
        campaign,
        cost,
        currency,
        purpose
    from {{ ref('base_shop__ad_spend') }}
    where row_outcome = 'accepted'

)

select * from accepted
