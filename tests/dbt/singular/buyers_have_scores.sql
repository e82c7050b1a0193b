-- A row is a customer for whom dim_customers and customer_scores disagree: on being a buyer, on the
-- count of purchases or on revenue. They come to their figures on different ways.
with

customers as (

    select
        customer_id,
        order_count,
        net_revenue
    from {{ ref('dim_customers') }}
    where order_count > 0

),

scores as (

    select
        customer_id,
        order_count,
        net_revenue
    from {{ ref('customer_scores') }}

),

disagreements as (

    select
        customers.order_count,
        scores.order_count as scored_order_count,
        coalesce(customers.customer_id, scores.customer_id) as customer_id
    from customers
    full outer join scores
        on customers.customer_id = scores.customer_id
    where
        customers.customer_id is null
        or scores.customer_id is null
        or customers.order_count <> scores.order_count
        or customers.net_revenue <> scores.net_revenue

)

select * from disagreements
