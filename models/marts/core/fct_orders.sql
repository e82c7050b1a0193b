{%- set is_valid = is_purchase(net_value='net_amount', is_free='is_free') -%}

with

orders as (

    select
        order_id,
        customer_id,
        is_test,
        source_system,
        order_key,
        ordered_at,
        order_date,
        sales_channel,
        status,
        payment_status,
        currency,
        exchange_rate,
        country,
        promised_at,
        delivered_at,
        cancelled_at,
        is_online,
        is_test_order,
        is_counted,
        is_cancelled
    from {{ ref('int_core__orders_identified') }}
    where not is_test

),

order_lines as (

    select
        order_id,
        quantity,
        gross_amount,
        discount_amount,
        line_amount,
        is_return,
        is_product,
        is_revenue,
        over_returned_quantity,
        over_refunded_amount,
        revenue_amount,
        revenue_amount_reporting
    from {{ ref('fct_order_lines') }}

),

order_amounts as (

    select
        order_id,
        count(*) as line_count,
        min(case when is_return then 1 else 0 end) = 1 as is_credit_note,
        sum(case when is_product and not is_return then quantity else 0 end) as item_quantity,
        -sum(case when is_product and is_return then quantity else 0 end) as returned_quantity,
        sum(over_returned_quantity) as over_returned_quantity,
        sum(case when is_revenue and not is_return then gross_amount else 0 end) as gross_amount,
        sum(case when is_revenue and not is_return then discount_amount else 0 end)
            as discount_amount,
        -sum(case when is_return then revenue_amount else 0 end) as returned_amount,
        sum(over_refunded_amount) as over_refunded_amount,
        sum(case when is_revenue then 0 else line_amount end) as non_revenue_amount,
        sum(revenue_amount) as amount_after_returns,
        sum(abs(line_amount)) as moved_amount,
        sum(revenue_amount_reporting) as amount_after_returns_reporting
    from order_lines
    group by order_id

),

valued as (

    select
        orders.order_id,
        orders.customer_id,
        orders.source_system,
        orders.order_key,
        orders.ordered_at,
        orders.order_date,
        orders.sales_channel,
        orders.is_online,
        orders.status,
        orders.payment_status,
        orders.is_test_order,
        orders.is_counted,
        orders.is_cancelled,
        orders.cancelled_at,
        orders.country,
        orders.promised_at,
        orders.delivered_at,
        orders.currency,
        orders.exchange_rate,
        coalesce(order_amounts.line_count, 0) as line_count,
        coalesce(order_amounts.is_credit_note, false) as is_credit_note,
        coalesce(order_amounts.item_quantity, 0) as item_quantity,
        coalesce(order_amounts.returned_quantity, 0) as returned_quantity,
        coalesce(order_amounts.over_returned_quantity, 0) as over_returned_quantity,
        coalesce(order_amounts.gross_amount, 0) as gross_amount,
        coalesce(order_amounts.discount_amount, 0) as discount_amount,
        coalesce(order_amounts.returned_amount, 0) as returned_amount,
        coalesce(order_amounts.over_refunded_amount, 0) as over_refunded_amount,
        coalesce(order_amounts.non_revenue_amount, 0) as non_revenue_amount,
        case
            when not orders.is_counted then coalesce(order_amounts.amount_after_returns, 0)
            else 0
        end as uncounted_amount,
        case
            when orders.is_counted and orders.is_cancelled
                then coalesce(order_amounts.amount_after_returns, 0)
            else 0
        end as cancelled_amount,
        case
            when not orders.is_counted or orders.is_cancelled then 0
            else coalesce(order_amounts.amount_after_returns, 0)
        end as net_amount,
        orders.is_counted
        and not orders.is_cancelled
        and coalesce(order_amounts.moved_amount, 1) = 0 as is_free,
        case
            when not orders.is_counted or orders.is_cancelled then 0
            when order_amounts.order_id is null then 0
            else order_amounts.amount_after_returns_reporting
        end as net_revenue
    from orders
    left join order_amounts
        on orders.order_id = order_amounts.order_id

),

numbered as (

    select
        order_id,
        customer_id,
        source_system,
        order_key,
        ordered_at,
        order_date,
        sales_channel,
        is_online,
        status,
        payment_status,
        is_test_order,
        is_counted,
        is_cancelled,
        cancelled_at,
        {{ is_valid }} as is_valid,
        case
            when {{ is_valid }}
                then cast(
                    sum(case when {{ is_valid }} then 1 else 0 end) over (
                        partition by customer_id
                        order by ordered_at, order_id
                        rows between unbounded preceding and current row
                    ) as bigint
                )
        end as order_sequence,
        country,
        promised_at,
        delivered_at,
        line_count,
        is_credit_note,
        cast(item_quantity as decimal(18, 4)) as item_quantity,
        cast(returned_quantity as decimal(18, 4)) as returned_quantity,
        cast(over_returned_quantity as decimal(18, 4)) as over_returned_quantity,
        currency,
        cast(gross_amount as decimal(18, 4)) as gross_amount,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(returned_amount as decimal(18, 4)) as returned_amount,
        cast(over_refunded_amount as decimal(18, 4)) as over_refunded_amount,
        cast(cancelled_amount as decimal(18, 4)) as cancelled_amount,
        cast(uncounted_amount as decimal(18, 4)) as uncounted_amount,
        cast(non_revenue_amount as decimal(18, 4)) as non_revenue_amount,
        cast(net_amount as decimal(18, 4)) as net_amount,
        exchange_rate,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        cast(net_revenue as decimal(18, 4)) as net_revenue
    from valued

)

select * from numbered
