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
        {{ shop_date('occurred_at') }} as record_date,
        count(*) as row_count,
        max(received_at) as newest_at
    from events
    group by source_system, {{ shop_date('occurred_at') }}
    union all
    select
        source_system,
        'order_lines' as feed,
        {{ shop_date('happened_at') }} as record_date,
        count(*) as row_count,
        max(happened_at) as newest_at
    from dated_order_lines
    group by source_system, {{ shop_date('happened_at') }}
    {%- for feed, feed_time in feed_times.items() %}
        {%- set is_day = feed_time == 'spend_date' %}
        {%- set record_date = feed_time if is_day else shop_date(feed_time) %}
        union all
        select
            source_system,
            '{{ feed }}' as feed,
            {{ record_date }} as record_date,
            count(*) as row_count,
            max({{ shop_midnight(feed_time) if is_day else feed_time }}) as newest_at
        from {{ ref(feed) }}
        group by source_system, {{ record_date }}
    {%- endfor %}

)

select * from daily_counts
