{{ config(**changed_rows_config('event_id', 'row_version')) }} -- a login moves few of many rows

{%- set columns = [
    'customer_id', 'attribution', 'event_name', 'cast(occurred_at as string)', 'device_type',
    'platform', 'country', 'region', 'page_path', 'referrer', 'utm_source', 'utm_medium',
    'utm_campaign', 'product_key', 'order_id', 'cast(http_status as string)',
    'cast(value as string)',
] %}
{#- The day of an event changes with the shop's zone, and with nothing else. -#}
{%- if shop_time_zone() != 'UTC' %}
{%- do columns.append('cast(event_date as string)') %}
{%- endif %}
with

events as (

    select
        source_system,
        event_key,
        event_name,
        occurred_at,
        anonymous_id,
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
    from {{ ref('events') }}

),

key_scopes as (

    select
        source_system,
        key_source_system
    from {{ ref('key_scopes') }}
    where key_name = 'order_key'

),

event_users as (

    select
        source_system,
        event_key,
        user_key,
        attribution
    from {{ ref('int_identity__event_users') }}

),

customer_records as (

    select
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}
    where record_type = 'device'

),

customers as (

    select customer_id
    from {{ ref('int_identity__customers') }}
    where not is_test

),

attributed as (

    select
        events.source_system,
        events.event_key,
        events.event_name,
        events.occurred_at,
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
        events.order_key,
        events.http_status,
        events.value,
        event_users.attribution,
        {{ device_record_id(
            'events.source_system', 'events.anonymous_id', 'event_users.user_key'
        ) }} as record_id
    from events
    inner join event_users
        on
            events.source_system = event_users.source_system
            and events.event_key = event_users.event_key

),

identified as (

    select
        customers.customer_id,
        attributed.attribution,
        attributed.source_system,
        attributed.event_key,
        attributed.event_name,
        attributed.occurred_at,
        attributed.device_type,
        attributed.platform,
        attributed.country,
        attributed.region,
        attributed.page_path,
        attributed.referrer,
        attributed.utm_source,
        attributed.utm_medium,
        attributed.utm_campaign,
        attributed.product_key,
        attributed.http_status,
        attributed.value,
        {{ qualified_id('attributed.source_system', 'attributed.event_key') }} as event_id,
        {{ qualified_id(
            'coalesce(key_scopes.key_source_system, attributed.source_system)',
            'attributed.order_key'
        ) }} as order_id,
        {{ shop_date('attributed.occurred_at') }} as event_date
    from attributed
    left join key_scopes on attributed.source_system = key_scopes.source_system
    inner join customer_records on attributed.record_id = customer_records.record_id
    inner join customers on customer_records.customer_id = customers.customer_id

),

versioned as (

    select
        event_id,
        customer_id,
        attribution,
        source_system,
        event_key,
        event_name,
        occurred_at,
        event_date,
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
        order_id,
        http_status,
        value,
        md5(
            {%- for column in columns %}
                coalesce({{ column }}, '') || '|'{{ ' ||' if not loop.last }}
            {%- endfor %}
        ) as row_version,
        '{{ invocation_id }}' as written_by
    from identified

)

select * from versioned
