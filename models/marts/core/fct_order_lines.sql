{%- set left_out = {
    'cap': 'over_refunds.excess_amount',
    'keep': 'over_refunds.excess_amount - over_refunds.over_refunded_amount',
}.get(var('over_refunds')) or exceptions.raise_compiler_error(
    'var over_refunds must be cap or keep'
) -%}
with

orders as (

    select
        order_id,
        customer_id,
        is_test,
        ordered_at,
        currency,
        exchange_rate,
        cancelled_at,
        is_cancelled,
        is_counted
    from {{ ref('int_core__orders_identified') }}
    where not is_test

),

order_lines as (

    select
        source_system,
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
    from {{ ref('order_lines') }}

),

products as (

    select
        source_system,
        product_key,
        category
    from {{ ref('products') }}

),

product_line_kinds as (

    select
        source_system,
        product_key,
        line_kind
    from {{ ref('int_core__product_line_kinds') }}

),

line_kinds as (

    select
        line_kind,
        is_product,
        is_revenue
    from {{ ref('line_kinds') }}

),

-- Of no piece at all: money that went back without goods.
keyed as (

    select
        {{ qualified_id('source_system', 'order_key') }} as order_id,
        source_system,
        line_number,
        line_kind,
        product_key,
        quantity,
        unit_price,
        case when quantity = 0 and is_return then -1 else quantity end as priced_quantity,
        coalesce(discount, 0) as discount_amount,
        coalesce(tax, 0) as tax_amount,
        coalesce(is_return, false) as is_return,
        returned_line_number,
        returned_at
    from order_lines

),

priced as (

    select
        *,
        cast({{ decimal_product('priced_quantity', 'unit_price') }} as decimal(18, 4))
            as gross_amount,
        cast(
            {{ decimal_product('priced_quantity', 'unit_price') }} - discount_amount
            as decimal(18, 4)
        ) as line_amount
    from keyed

),

kinds as (

    select
        priced.*,
        products.category as product_category,
        coalesce(priced.line_kind, product_line_kinds.line_kind, 'product') as kind
    from priced
    left join products
        on
            priced.source_system = products.source_system
            and priced.product_key = products.product_key
    left join product_line_kinds
        on
            priced.source_system = product_line_kinds.source_system
            and priced.product_key = product_line_kinds.product_key

),

ordered as (

    select
        {{ qualified_id('kinds.order_id', 'cast(kinds.line_number as string)') }}
            as order_line_id,
        kinds.order_id,
        orders.customer_id,
        kinds.source_system,
        kinds.line_number,
        kinds.kind as line_kind,
        line_kinds.is_product,
        line_kinds.is_revenue,
        {{ qualified_id('kinds.source_system', 'kinds.product_key') }} as product_id,
        kinds.product_key,
        kinds.product_category,
        case
            when kinds.is_return then coalesce(kinds.returned_at, orders.ordered_at)
            else orders.ordered_at
        end as transaction_at,
        kinds.quantity,
        kinds.unit_price,
        kinds.gross_amount,
        kinds.discount_amount,
        kinds.line_amount,
        kinds.tax_amount,
        kinds.is_return,
        kinds.returned_line_number,
        orders.is_cancelled,
        orders.cancelled_at,
        orders.is_counted,
        orders.currency,
        orders.exchange_rate
    from kinds
    -- A line whose order is missing has no customer and no currency; such lines are listed in
    -- int_core__order_lines_without_order.
    inner join orders
        on kinds.order_id = orders.order_id
    left join line_kinds
        on kinds.kind = line_kinds.line_kind

),

returned_orders as (

    select distinct order_id
    from ordered
    where is_return

),

split_lines as (

    select
        ordered.order_id,
        ordered.order_line_id,
        ordered.line_number,
        ordered.product_key,
        ordered.transaction_at,
        ordered.is_product,
        ordered.is_return,
        case when ordered.is_revenue and not ordered.is_return then ordered.line_amount else 0 end
            as bought,
        case when ordered.is_revenue or ordered.is_return then 0 else ordered.line_amount end
            as otherwise_paid,
        case when ordered.is_revenue and ordered.is_return then -ordered.line_amount else 0 end
            as taken_back,
        case when ordered.is_product and not ordered.is_return then ordered.quantity else 0 end
            as pieces_bought,
        case when ordered.is_product and ordered.is_return then -ordered.quantity else 0 end
            as pieces_returned
    from ordered
    inner join returned_orders on ordered.order_id = returned_orders.order_id

),

-- In the order of their times, the returns of an order use up what was paid for it. An order of
-- nothing but returns is a credit note: what it gives back was paid with another order.
running_returns as (

    select
        *,
        max(case when is_return then 0 else 1 end) over by_order as has_purchase,
        sum(bought) over by_order as bought_amount,
        sum(otherwise_paid) over by_order as other_amount,
        sum(taken_back) over up_to_line as taken_so_far,
        sum(pieces_bought) over by_product as bought_quantity,
        sum(pieces_returned) over up_to_product as returned_so_far
    from split_lines
    window
        by_order as (partition by order_id),
        up_to_line as (
            partition by order_id
            order by transaction_at, line_number
            rows between unbounded preceding and current row
        ),
        by_product as (partition by order_id, product_key),
        up_to_product as (
            partition by order_id, product_key
            order by transaction_at, line_number
            rows between unbounded preceding and current row
        )

),

excesses as (

    select
        *,
        case
            when has_purchase = 1
                then greatest(0, least(taken_back, taken_so_far - bought_amount))
            else 0
        end as excess_amount,
        case
            when has_purchase = 1
                then greatest(0, least(pieces_returned, returned_so_far - bought_quantity))
            else 0
        end as over_returned_quantity
    from running_returns

),

money_excesses as (

    select
        *,
        sum(case when is_product then 0 else excess_amount end) over (
            partition by order_id
            order by transaction_at, line_number
            rows between unbounded preceding and current row
        ) as money_excess_so_far
    from excesses

),

-- Money back without goods may be for postage or fees as well; goods that come back are not.
over_refunds as (

    select
        order_line_id,
        excess_amount,
        over_returned_quantity,
        case
            when is_product then excess_amount
            else greatest(0, least(excess_amount, money_excess_so_far - other_amount))
        end as over_refunded_amount
    from money_excesses

),

valued as (

    select
        ordered.*,
        cast(coalesce(over_refunds.over_returned_quantity, 0) as decimal(18, 4))
            as over_returned_quantity,
        cast(coalesce(over_refunds.over_refunded_amount, 0) as decimal(18, 4))
            as over_refunded_amount,
        cast(
            case
                when ordered.is_revenue
                    then
                        ordered.line_amount + coalesce({{ left_out }}, 0)
                when not ordered.is_revenue then 0
            end as decimal(18, 4)
        ) as revenue_amount
    from ordered
    left join over_refunds
        on ordered.order_line_id = over_refunds.order_line_id

),

converted as (

    select
        *,
        cast({{ decimal_product('line_amount', 'exchange_rate') }} as decimal(18, 4))
            as line_amount_reporting,
        case
            when not is_counted then 0
            else
                cast({{ decimal_product('revenue_amount', 'exchange_rate') }} as decimal(18, 4))
        end as revenue_amount_reporting
    from valued

),

dated as (

    select
        order_line_id,
        order_id,
        customer_id,
        source_system,
        line_number,
        line_kind,
        is_revenue,
        product_id,
        product_key,
        product_category,
        transaction_at,
        {{ shop_date('transaction_at') }} as transaction_date,
        quantity,
        unit_price,
        gross_amount,
        discount_amount,
        line_amount,
        tax_amount,
        is_return,
        returned_line_number,
        over_returned_quantity,
        over_refunded_amount,
        revenue_amount,
        is_product,
        is_cancelled,
        cancelled_at,
        is_counted,
        currency,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        line_amount_reporting,
        revenue_amount_reporting,
        case when is_cancelled then 0 else revenue_amount_reporting end as net_revenue
    from converted

)

select * from dated
