{{ config(enabled=feed_is_enabled('online_retail', 'order_lines')) }}

with

base_rows as (

    select
        order_key,
        line_number,
        product_key,
        description,
        quantity,
        unit_price,
        line_value,
        invoiced_at,
        contact_key,
        country,
        set_aside_reason,
        _file,
        _row_number,
        _loaded_at,
        row_outcome
    from {{ ref('base_online_retail__order_lines') }}

),

set_aside as (

    select
        order_key,
        line_number,
        product_key,
        description,
        quantity,
        unit_price,
        line_value,
        invoiced_at,
        contact_key,
        country,
        set_aside_reason,
        _file,
        _row_number,
        _loaded_at
    from base_rows
    where row_outcome = 'set_aside'

)

select * from set_aside
