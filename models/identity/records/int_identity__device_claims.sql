with

events as (

    select
        source_system,
        anonymous_id,
        user_key,
        occurred_at
    from {{ ref('int_identity__tracked_users') }}
    where user_key is not null

),

types as (

    select
        window_days,
        max_contacts_per_identifier
    from {{ ref('identifier_types') }}
    where identifier_type = 'anonymous_id'

),

all_device_users as (

    select
        source_system,
        anonymous_id,
        min(user_key) as user_key,
        min(occurred_at) as logged_in_at,
        count(distinct user_key) as user_count
    from events
    group by source_system, anonymous_id

),

-- Who logs in on a kiosk has no claim to what others do there.
device_users as (

    select
        all_device_users.source_system,
        all_device_users.anonymous_id,
        all_device_users.user_key,
        all_device_users.logged_in_at,
        all_device_users.user_count
    from all_device_users
    cross join types
    where
        types.max_contacts_per_identifier is null
        or all_device_users.user_count <= types.max_contacts_per_identifier

),

-- Only devices of several people need an order of time, which is the dear part.
shared_logins as (

    select distinct
        events.source_system,
        events.anonymous_id,
        events.user_key,
        events.occurred_at
    from events
    inner join device_users
        on
            events.source_system = device_users.source_system
            and events.anonymous_id = device_users.anonymous_id
    where device_users.user_count > 1

),

taken_turns as (

    select
        source_system,
        anonymous_id,
        user_key,
        occurred_at,
        lag(user_key) over (
            partition by source_system, anonymous_id
            order by occurred_at, user_key
        ) as previous_user_key
    from shared_logins

),

turns as (

    select
        source_system,
        anonymous_id,
        user_key,
        occurred_at as logged_in_at
    from taken_turns
    where previous_user_key is null or previous_user_key <> user_key
    union all
    select
        source_system,
        anonymous_id,
        user_key,
        logged_in_at
    from device_users
    where user_count = 1

),

ordered as (

    select
        source_system,
        anonymous_id,
        user_key,
        logged_in_at,
        row_number() over (
            partition by source_system, anonymous_id
            order by logged_in_at, user_key
        ) as turn,
        lead(logged_in_at) over (
            partition by source_system, anonymous_id
            order by logged_in_at, user_key
        ) as claimed_until
    from turns

),

-- The first to log in has the time before as well, as far back as the window of the type reaches.
claims as (

    select
        ordered.source_system,
        ordered.anonymous_id,
        ordered.turn,
        ordered.user_key,
        ordered.logged_in_at,
        case
            when ordered.turn > 1 then ordered.logged_in_at
            when types.window_days is null then cast('1970-01-01' as timestamp)
            else
                {{ shop_midnight('cast(' ~ dbt.dateadd(
                    'day', '-types.window_days', shop_date('ordered.logged_in_at')
                ) ~ ' as date)') }}
        end as claimed_from,
        ordered.claimed_until
    from ordered
    cross join types

)

select * from claims
