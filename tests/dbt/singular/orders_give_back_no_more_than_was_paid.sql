-- A row is an order for which more pieces came back than were bought, or more money than was paid;
-- or whose discounts are greater than its lines.
{{ config(severity=var('over_refund_severity')) }}
with

orders as (

    select
        order_id,
        is_credit_note,
        over_returned_quantity,
        over_refunded_amount,
        net_amount
    from {{ ref('fct_orders') }}

),

over_refunded as (

    select
        order_id,
        over_returned_quantity,
        over_refunded_amount,
        net_amount
    from orders
    where
        over_returned_quantity > 0
        or over_refunded_amount > 0
        or (net_amount < 0 and not is_credit_note)

)

select * from over_refunded
