{{ config(enabled=feed_is_enabled('shop', 'ad_spend')) }}

with

base_rows as (

    select
        spend_date,
        channel,
        campaign,
        cost,
        currency,
        purpose,
        row_outcome
    from {{ ref('base_shop__ad_spend') }}

),

accepted as (

    select
        spend_date,
        channel,
        campaign,
        cost,
        currency,
        purpose
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
