-- A row is a source most of whose orders have no line: feed order_lines is missing or far behind,
-- and orders without lines have no value. (Single orders may be a day ahead of their lines.)
with

orders as (

    select
        source_system,
        line_count
    from {{ ref('fct_orders') }}

),

sources as (

    select
        source_system,
        count(*) as order_count,
        sum(case when line_count = 0 then 1 else 0 end) as order_count_without_lines
    from orders
    group by source_system

),

faulty as (

    select
        source_system,
        order_count,
        order_count_without_lines
    from sources
    where order_count_without_lines * 2 > order_count

)

select * from faulty
