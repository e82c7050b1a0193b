with

event_users as (

    select
        source_system,
        anonymous_id,
        user_key,
        order_key,
        occurred_at,
        attribution
    from {{ ref('int_identity__event_users') }}

),

-- Millions of rows go through one group by.
observations as (

    select
        source_system,
        anonymous_id,
        user_key,
        order_key,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(case when attribution = 'logged_in' then occurred_at end) as logged_in_at
    from event_users
    group by source_system, anonymous_id, user_key, order_key

)

select * from observations
