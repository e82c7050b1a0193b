{{ config(materialized='view') }} -- a filter, not worth a copy of the largest feed

with

events as (

    select
        source_system,
        event_key,
        anonymous_id,
        user_key,
        order_key,
        event_name,
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
        http_status,
        value,
        occurred_at
    from {{ ref('events') }}

),

placeholders as (

    select pattern
    from {{ ref('int_identity__blocked_identifiers') }}
    where identifier_type = 'any'

),

-- A tracker that writes "null" while nobody is logged in tells of nobody.
tracked_users as (

    select
        events.source_system,
        events.event_key,
        events.anonymous_id,
        events.order_key,
        events.event_name,
        events.device_type,
        events.platform,
        events.country,
        events.region,
        events.page_path,
        events.referrer,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.product_key,
        events.http_status,
        events.value,
        events.occurred_at,
        case when placeholders.pattern is null then events.user_key end as user_key
    from events
    left join placeholders
        on {{ lower_letters(trim_spaces('events.user_key')) }} = placeholders.pattern

)

select * from tracked_users
