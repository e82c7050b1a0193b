{{ config(**changed_devices_config()) }} -- a login moves few of many devices

{%- set devices = ref('int_core__event_devices') %}
{%- set written = written_devices(this, devices) if is_incremental() else none %}
{%- if is_incremental() and not written %}
    {{- rebuild_mark() ~ 'nobody knows which devices it holds */' }}
{%- endif %}
with

event_users as (

    select
        source_system,
        event_key,
        event_name,
        occurred_at,
        anonymous_id,
        user_key,
        attribution,
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
    from {{ ref('int_identity__event_users') }}

),

key_scopes as (

    select
        source_system,
        key_source_system
    from {{ ref('key_scopes') }}
    where key_name = 'order_key'

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

{% if written -%}
changed_devices as (

    {{ changed_devices(devices, written) | indent(4) }}

),

{% endif -%}
attributed as (

    select
        event_users.*,
        {{ device_record_id(
            'event_users.source_system', 'event_users.anonymous_id', 'event_users.user_key'
        ) }} as record_id
    from event_users
    {%- if written %}
    inner join changed_devices
        on
            event_users.source_system = changed_devices.source_system
            and event_users.anonymous_id = changed_devices.anonymous_id
    {%- endif %}

),

identified as (

    select
        {{ qualified_id('attributed.source_system', 'attributed.event_key') }} as event_id,
        customers.customer_id,
        attributed.attribution,
        attributed.source_system,
        attributed.event_key,
        attributed.event_name,
        attributed.occurred_at,
        {{ shop_date('attributed.occurred_at') }} as event_date,
        attributed.anonymous_id,
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
        {{ qualified_id(
            'coalesce(key_scopes.key_source_system, attributed.source_system)',
            'attributed.order_key'
        ) }} as order_id,
        attributed.http_status,
        attributed.value,
        '{{ invocation_id }}' as written_by
    from attributed
    left join key_scopes on attributed.source_system = key_scopes.source_system
    inner join customer_records on attributed.record_id = customer_records.record_id
    inner join customers on customer_records.customer_id = customers.customer_id

)

select * from identified
