{{ config(materialized='table') }} -- a scan of all events, read three times

-- Sums, since the order of the rows must not matter and nobody sorts millions of them.
with

events as (

    select
        source_system,
        event_key,
        event_name,
        occurred_at,
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

observations as (

    select distinct
        source_system,
        anonymous_id,
        user_key
    from {{ ref('int_identity__device_observations') }}

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

key_scopes as (

    select
        source_system,
        key_source_system
    from {{ ref('key_scopes') }}
    where key_name = 'order_key'

),

event_hashes as (

    select
        source_system,
        anonymous_id,
        {{ row_hash([
            'event_key', 'event_name', 'occurred_at', 'user_key', 'device_type', 'platform', 'country',
            'region', 'page_path', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign',
            'product_key', 'order_key', 'http_status', 'value',
        ]) }} as row_hash
    from events

),

event_sums as (

    select
        source_system,
        anonymous_id,
        count(*) as event_count,
        sum(row_hash) as event_sum
    from event_hashes
    group by
        source_system,
        anonymous_id

),

-- Whose the events of a device can be: its turns, and the customers of those who were seen on it.
owners as (

    select
        source_system,
        anonymous_id,
        {{ row_hash(['user_key', 'logged_in_at', 'claimed_from', 'claimed_until']) }} as row_hash
    from claims

    union all

    select
        observations.source_system,
        observations.anonymous_id,
        {{ row_hash(['observations.user_key', 'customers.customer_id']) }} as row_hash
    from observations
    left join customer_records
        on
            {{ device_record_id(
                'observations.source_system', 'observations.anonymous_id', 'observations.user_key'
            ) }} = customer_records.record_id
    left join customers on customer_records.customer_id = customers.customer_id

),

owner_sums as (

    select
        source_system,
        anonymous_id,
        sum(row_hash) as owner_sum
    from owners
    group by
        source_system,
        anonymous_id

),

devices as (

    select
        event_sums.source_system,
        event_sums.anonymous_id,
        {{ dbt.concat([
            'cast(event_sums.event_count as string)',
            "'|'",
            'cast(event_sums.event_sum as string)',
            "'|'",
            'cast(owner_sums.owner_sum as string)',
            "'|'",
            "coalesce(key_scopes.key_source_system, '')",
            "'|" ~ shop_time_zone() ~ "'",
        ]) }} as device_version
    from event_sums
    inner join owner_sums
        on
            event_sums.source_system = owner_sums.source_system
            and event_sums.anonymous_id = owner_sums.anonymous_id
    left join key_scopes on event_sums.source_system = key_scopes.source_system

)

select * from devices
