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
        is_cancelled
    from {{ ref('int_core__orders_identified') }}
    where not is_test

),

order_lines as (

    select
        source_system,
        order_key,
        line_number,
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

keyed as (

    select
        {{ qualified_id('source_system', 'order_key') }} as order_id,
        source_system,
        line_number,
        product_key,
        quantity,
        unit_price,
        cast({{ decimal_product('quantity', 'unit_price') }} as decimal(18, 4)) as gross_amount,
        coalesce(discount, 0) as discount_amount,
        cast(
            {{ decimal_product('quantity', 'unit_price') }} - coalesce(discount, 0)
            as decimal(18, 4)
        ) as line_amount,
        coalesce(tax, 0) as tax_amount,
        coalesce(is_return, false) as is_return,
        returned_line_number,
        returned_at
    from order_lines

),

valued as (

    select
        {{ qualified_id('keyed.order_id', 'cast(keyed.line_number as string)') }}
            as order_line_id,
        keyed.order_id,
        orders.customer_id,
        keyed.source_system,
        keyed.line_number,
        keyed.product_key,
        products.category as product_category,
        case
            when keyed.is_return then coalesce(keyed.returned_at, orders.ordered_at)
            else orders.ordered_at
        end as transaction_at,
        keyed.quantity,
        keyed.unit_price,
        keyed.gross_amount,
        keyed.discount_amount,
        keyed.line_amount,
        keyed.tax_amount,
        keyed.is_return,
        keyed.returned_line_number,
        orders.is_cancelled,
        orders.cancelled_at,
        orders.currency,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        cast(
            {{ decimal_product('keyed.line_amount', 'orders.exchange_rate') }} as decimal(18, 4)
        ) as line_amount_reporting
    from keyed
    -- A line whose order is missing has no customer and no currency; such lines are listed in
    -- int_core__order_lines_without_order.
    inner join orders
        on keyed.order_id = orders.order_id
    left join products
        on
            keyed.source_system = products.source_system
            and keyed.product_key = products.product_key

),

dated as (

    select
        order_line_id,
        order_id,
        customer_id,
        source_system,
        line_number,
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
        is_cancelled,
        cancelled_at,
        currency,
        reporting_currency,
        line_amount_reporting,
        case when is_cancelled then 0 else line_amount_reporting end as net_revenue
    from valued

)

select * from dated
