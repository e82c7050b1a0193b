-- A row is an order whose revenue is not the sum of its lines', or whose net amount is not gross
-- less discount, returns and cancellation.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

line_revenues as (
    select
        order_id,
        sum(net_revenue) as net_revenue
    from {{ ref('fct_order_lines') }}
    group by order_id
),

differences as (
    select
        orders.order_id,
        orders.net_revenue,
        line_revenues.net_revenue as line_net_revenue
    from orders
    left join line_revenues
        on orders.order_id = line_revenues.order_id
    where
        coalesce(line_revenues.net_revenue, 0) <> coalesce(orders.net_revenue, 0)
        or orders.net_amount
        <> orders.gross_amount
        - orders.discount_amount
        - orders.returned_amount
        - orders.cancelled_amount
)

select * from differences
