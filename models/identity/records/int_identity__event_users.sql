{{ config(materialized='view') }} -- read twice, and dearer to write than to join

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
    from {{ ref('int_identity__tracked_users') }}

),

claims as (

    select
        source_system,
        anonymous_id,
        user_key,
        logged_in_at,
        claimed_from,
        claimed_until
    from {{ ref('int_identity__device_claims') }}

),

event_users as (

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
        coalesce(events.user_key, claims.user_key) as user_key,
        case
            when events.user_key is not null then 'logged_in'
            when claims.user_key is null then 'anonymous'
            when events.occurred_at < claims.logged_in_at then 'before_login'
            else 'after_login'
        end as attribution
    from events
    left join claims
        on
            events.user_key is null
            and events.source_system = claims.source_system
            and events.anonymous_id = claims.anonymous_id
            and events.occurred_at >= claims.claimed_from
            and (events.occurred_at < claims.claimed_until or claims.claimed_until is null)

)

select * from event_users
