-- A row is a customer of dim_customers without a segment or the other way round, or a segment whose
-- count in segment_summary is not that of its customers.
with

customers as (

    select customer_id
    from {{ ref('dim_customers') }}

),

lifecycle as (

    select
        customer_id,
        segment_id
    from {{ ref('customer_lifecycle') }}

),

summary as (

    select
        segment_id,
        customer_count
    from {{ ref('segment_summary') }}

),

segment_counts as (

    select
        segment_id,
        count(*) as customer_count
    from lifecycle
    group by segment_id

),

differences as (

    select coalesce(customers.customer_id, lifecycle.customer_id) as difference
    from customers
    full outer join lifecycle
        on customers.customer_id = lifecycle.customer_id
    where
        customers.customer_id is null
        or lifecycle.customer_id is null

    union all

    select coalesce(summary.segment_id, segment_counts.segment_id) as difference
    from summary
    full outer join segment_counts
        on summary.segment_id = segment_counts.segment_id
    where coalesce(summary.customer_count, -1) <> coalesce(segment_counts.customer_count, 0)

)

select * from differences
