{{ config(enabled=feed_is_enabled('shop', 'messages')) }}

with

accepted as (

    select
        message_key,
        action,
        occurred_at,
        channel,
        bounce_type,
        campaign_key,
        contact_key,
        address
    from {{ ref('base_shop__messages') }}
    where row_outcome = 'accepted'

)

select * from accepted
