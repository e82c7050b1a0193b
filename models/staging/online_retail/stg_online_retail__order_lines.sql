{{ config(enabled=feed_is_enabled('online_retail', 'order_lines')) }}

with

base_rows as (

    select
        order_key,
        line_number,
        product_key,
        quantity,
        unit_price,
        is_cancellation,
        invoiced_at,
        row_outcome
    from {{ ref('base_online_retail__order_lines') }}

),

-- A cancellation names no invoice, so its lines are returns without an original.
accepted as (

    select
        order_key,
        line_number,
        product_key,
        quantity,
        unit_price,
        cast(null as decimal(18, 4)) as discount,
        cast(null as decimal(18, 4)) as tax,
        is_cancellation as is_return,
        cast(null as bigint) as returned_line_number,
        cast(null as string) as line_kind,
        case when is_cancellation then invoiced_at end as returned_at
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
