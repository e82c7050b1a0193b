-- A row is an order whose net amount is not gross less discount, returns, cancellation and what
-- does not count, or a line of an order that fct_orders does not have, or an order whose revenue is
-- not its lines'.
with

orders as (

    select
        order_id,
        gross_amount,
        discount_amount,
        returned_amount,
        cancelled_amount,
        uncounted_amount,
        net_amount,
        net_revenue
    from {{ ref('fct_orders') }}

),

order_lines as (

    select
        order_id,
        net_revenue
    from {{ ref('fct_order_lines') }}

),

line_revenues as (

    select
        order_id,
        sum(net_revenue) as net_revenue
    from order_lines
    group by order_id

),

differences as (

    select coalesce(orders.order_id, line_revenues.order_id) as order_id
    from orders
    full outer join line_revenues
        on orders.order_id = line_revenues.order_id
    where
        orders.order_id is null
        or orders.net_revenue is null
        or orders.net_revenue <> coalesce(line_revenues.net_revenue, 0)
        or orders.net_amount
        <> orders.gross_amount
        - orders.discount_amount
        - orders.returned_amount
        - orders.cancelled_amount
        - orders.uncounted_amount

)

select * from differences
