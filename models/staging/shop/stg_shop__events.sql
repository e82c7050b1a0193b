{{ config(enabled=feed_is_enabled('shop', 'events')) }}

with

accepted as (

    select
        event_key,
        event_name,
        occurred_at,
        received_at,
        anonymous_id,
        user_key,
        device_type,
        platform,
        country,
        region,
        page_path,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        product_key,
        order_key,
        http_status,
        value
    from {{ ref('base_shop__events') }}
    where row_outcome = 'accepted'

)

select * from accepted
