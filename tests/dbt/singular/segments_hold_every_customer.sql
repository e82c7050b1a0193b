-- A row is a difference between the customers of dim_customers, of customer_lifecycle and of
-- segment_summary, which are the same people counted three times.
with

counts as (
    select
        (select count(*) from {{ ref('dim_customers') }}) as customer_count,
        (select count(*) from {{ ref('customer_lifecycle') }}) as lifecycle_count,
        (select sum(customer_count) from {{ ref('segment_summary') }}) as summary_count
),

differences as (
    select
        customer_count,
        lifecycle_count,
        summary_count
    from counts
    where
        customer_count <> lifecycle_count
        or customer_count <> summary_count
)

select * from differences
