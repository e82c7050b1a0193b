-- A row is an order line whose order was rejected or has not come yet: it is in no mart. A warning,
-- since a feed may be a day ahead of the other.
{{ config(severity="warn") }}
with

lines_without_order as (

    select
        source_system,
        order_key,
        line_number
    from {{ ref('int_core__order_lines_without_order') }}

),

counted as (

    select
        source_system,
        order_key,
        line_number
    from lines_without_order

)

select * from counted
