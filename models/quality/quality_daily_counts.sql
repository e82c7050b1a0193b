{#- The time that says to which day a row belongs. Order lines have none and take their order's;
    events are counted on the day they happened, but are as fresh as their arrival. -#}
{%- set feed_times = {
    'contacts': 'updated_at',
    'orders': 'ordered_at',
    'products': 'updated_at',
    'messages': 'occurred_at',
    'feedback': 'submitted_at',
    'ad_spend': 'spend_date',
    'consents': 'changed_at',
    'unmerges': 'requested_at',
    'erasures': 'requested_at',
} -%}
with

orders as (

    select
        source_system,
        order_key,
        ordered_at
    from {{ ref('orders') }}

),

order_lines as (

    select
        source_system,
        order_key,
        returned_at
    from {{ ref('order_lines') }}

),

events as (

    select
        source_system,
        occurred_at,
        received_at
    from {{ ref('events') }}

),

dated_order_lines as (

    select
        order_lines.source_system,
        coalesce(order_lines.returned_at, orders.ordered_at) as happened_at
    from order_lines
    left join orders
        on
            order_lines.source_system = orders.source_system
            and order_lines.order_key = orders.order_key

),

daily_counts as (

    select
        source_system,
        'events' as feed,
        cast(occurred_at as date) as record_date,
        count(*) as row_count,
        max(received_at) as newest_at
    from events
    group by source_system, cast(occurred_at as date)
    union all
    select
        source_system,
        'order_lines' as feed,
        cast(happened_at as date) as record_date,
        count(*) as row_count,
        max(happened_at) as newest_at
    from dated_order_lines
    group by source_system, cast(happened_at as date)
    {%- for feed, feed_time in feed_times.items() %}
        union all
        select
            source_system,
            '{{ feed }}' as feed,
            cast({{ feed_time }} as date) as record_date,
            count(*) as row_count,
            max(cast({{ feed_time }} as timestamp)) as newest_at
        from {{ ref(feed) }}
        group by source_system, cast({{ feed_time }} as date)
    {%- endfor %}

)

select * from daily_counts
