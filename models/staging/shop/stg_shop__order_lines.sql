{{ config(enabled=feed_is_enabled('shop', 'order_lines')) }}

with

accepted as (

    select
        order_key,
        line_number,
        line_kind,
        product_key,
        quantity,
        unit_price,
        discount,
        tax,
        is_return,
        returned_line_number,
        returned_at
    from {{ ref('base_shop__order_lines') }}
    where row_outcome = 'accepted'

)

select * from accepted
