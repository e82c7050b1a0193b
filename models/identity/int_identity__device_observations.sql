with

events as (

    select
        source_system,
        anonymous_id,
        user_key,
        order_key,
        occurred_at
    from {{ ref('events') }}

),

-- The only place where identity reads the events: millions of rows go through one group by.
observations as (

    select
        source_system,
        anonymous_id,
        user_key,
        order_key,
        min(occurred_at) as first_seen_at
    from events
    group by source_system, anonymous_id, user_key, order_key

)

select * from observations
