{{ config(enabled=feed_is_enabled('cdnow', 'order_lines')) }}

with

base_rows as (

    select
        order_key,
        cds,
        dollar_value,
        row_outcome
    from {{ ref('base_cdnow__orders') }}

),

-- An order without pieces has one, since a line of none has no value.
pieces as (

    select
        order_key,
        cast(dollar_value * 100 as bigint) as cents,
        greatest(cds, 1) as quantity
    from base_rows
    where row_outcome = 'accepted'

),

prices as (

    select
        order_key,
        quantity,
        cast((cents - mod(cents, quantity)) / quantity as bigint) as cents_a_piece,
        mod(cents, quantity) as cents_left
    from pieces

),

-- The prices of the pieces are unknown; they share the value of the order evenly. What cannot be
-- shared in whole cents falls on the last piece, on a line of its own: so the lines add up to the
-- order's value exactly, and no rounding looks like a discount.
lines as (

    select
        order_key,
        1 as line_number,
        case when cents_left = 0 then quantity else quantity - 1 end as quantity,
        cents_a_piece as cents
    from prices
    union all
    select
        order_key,
        2 as line_number,
        1 as quantity,
        cents_a_piece + cents_left as cents
    from prices
    where cents_left > 0

),

order_lines as (

    select
        order_key,
        cast(line_number as bigint) as line_number,
        'music' as product_key,
        cast(quantity as decimal(18, 4)) as quantity,
        cast(cast(cents as decimal(16, 0)) * 0.01 as decimal(18, 4)) as unit_price,
        cast(null as decimal(18, 4)) as discount,
        cast(null as decimal(18, 4)) as tax,
        false as is_return,
        cast(null as bigint) as returned_line_number,
        cast(null as string) as line_kind,
        cast(null as timestamp) as returned_at
    from lines

)

select * from order_lines
