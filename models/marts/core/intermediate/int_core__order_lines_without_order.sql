with

orders as (

    select
        source_system,
        order_key
    from {{ ref('orders') }}

),

order_lines as (

    select
        source_system,
        order_key,
        line_number,
        product_key,
        quantity,
        unit_price
    from {{ ref('order_lines') }}

),

without_order as (

    select
        order_lines.source_system,
        order_lines.order_key,
        order_lines.line_number,
        order_lines.product_key,
        order_lines.quantity,
        order_lines.unit_price
    from order_lines
    left join orders
        on
            order_lines.source_system = orders.source_system
            and order_lines.order_key = orders.order_key
    where orders.order_key is null

)

select * from without_order
