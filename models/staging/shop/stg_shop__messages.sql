{{ config(enabled=feed_is_enabled('shop', 'messages')) }}

with

base_rows as (

    select
        message_key,
        action,
        occurred_at,
        channel,
        campaign_key,
        contact_key,
        address,
        row_outcome
    from {{ ref('base_shop__messages') }}

),

accepted as (

    select
        message_key,
        action,
        occurred_at,
        channel,
        campaign_key,
        contact_key,
        address
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
