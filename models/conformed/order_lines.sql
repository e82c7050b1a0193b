{#-
    A line has no time but its order's, and a return its own. Lines of orders that are not known on
    the day of the run are left out; a line whose order never came stays, and is counted by the test
    `order_lines_have_an_order`.
-#}
with

known_lines as (

    {{ union_feed('order_lines', times=['returned_at']) | indent(4) }}

),

known_orders as (

    select
        source_system,
        order_key
    from {{ ref('orders') }}

),

every_order as (

    {% for source, feeds in var('sources', {}).items() if 'orders' in feeds %}
        select
            '{{ source }}' as source_system,
            order_key
        from {{ ref('stg_' ~ source ~ '__orders') }}
        union all
    {% endfor %}
    select
        source_system,
        order_key
    from known_orders

),

later_orders as (

    select
        every_order.source_system,
        every_order.order_key
    from every_order
    left join known_orders
        on
            every_order.source_system = known_orders.source_system
            and every_order.order_key = known_orders.order_key
    where known_orders.order_key is null

),

lines as (

    select {{ model_columns() | map(attribute='name') | join(', ') }}
    from known_lines
    where
        not exists (
            select 1
            from later_orders
            where
                later_orders.source_system = known_lines.source_system
                and later_orders.order_key = known_lines.order_key
        )

)

select * from lines
