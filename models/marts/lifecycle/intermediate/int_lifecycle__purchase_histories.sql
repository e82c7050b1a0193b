with

snapshots as (

    select
        snapshot_date,
        snapshot_end
    from {{ ref('int_lifecycle__snapshot_dates') }}

),

order_lines as (

    select
        order_id,
        customer_id,
        transaction_at,
        transaction_date,
        cancelled_at,
        line_amount,
        revenue_amount,
        revenue_amount_reporting
    from {{ ref('fct_order_lines') }}
    where is_counted

),

orders as (

    select
        order_id,
        order_date
    from {{ ref('fct_orders') }}

),

-- What was known at the end of a day: a return counts from its day on, a cancellation likewise.
known_lines as (

    select
        snapshots.snapshot_date,
        order_lines.customer_id,
        order_lines.order_id,
        order_lines.transaction_date,
        order_lines.line_amount,
        order_lines.revenue_amount,
        order_lines.revenue_amount_reporting as net_revenue
    from order_lines
    inner join snapshots
        on
            order_lines.transaction_at < snapshots.snapshot_end
            and (
                order_lines.cancelled_at is null
                or order_lines.cancelled_at >= snapshots.snapshot_end
            )

),

-- In the original currency: rounding leaves no purchase of an order that was wholly returned.
known_orders as (

    select
        known_lines.snapshot_date,
        known_lines.customer_id,
        known_lines.order_id,
        sum(known_lines.revenue_amount) as net_amount,
        sum(abs(known_lines.line_amount)) = 0 as is_free
    from known_lines
    group by
        known_lines.snapshot_date,
        known_lines.customer_id,
        known_lines.order_id

),

purchases as (

    select
        known_orders.snapshot_date,
        known_orders.customer_id,
        min(orders.order_date) as first_order_date,
        max(orders.order_date) as last_order_date,
        count(*) as order_count,
        count(distinct orders.order_date) as purchase_day_count
    from known_orders
    inner join orders
        on known_orders.order_id = orders.order_id
    where {{ is_purchase(net_value='known_orders.net_amount', is_free='known_orders.is_free') }}
    group by
        known_orders.snapshot_date,
        known_orders.customer_id

),

revenues as (

    select
        snapshot_date,
        customer_id,
        sum(net_revenue) as net_revenue,
        sum(
            case
                when
                    transaction_date
                    > {{ dbt.dateadd('month', -var('monetary_window_months'), 'snapshot_date') }}
                    then net_revenue
                else 0
            end
        ) as net_revenue_window,
        sum(
            case
                when transaction_date > {{ dbt.dateadd('day', -30, 'snapshot_date') }}
                    then net_revenue
                else 0
            end
        ) as net_revenue_30d,
        sum(
            case
                when transaction_date > {{ dbt.dateadd('day', -365, 'snapshot_date') }}
                    then net_revenue
                else 0
            end
        ) as net_revenue_365d
    from known_lines
    group by
        snapshot_date,
        customer_id

),

histories as (

    select
        revenues.snapshot_date,
        revenues.customer_id,
        purchases.first_order_date,
        purchases.last_order_date,
        cast(revenues.net_revenue as decimal(18, 4)) as net_revenue,
        cast(revenues.net_revenue_window as decimal(18, 4)) as net_revenue_window,
        cast(revenues.net_revenue_30d as decimal(18, 4)) as net_revenue_30d,
        cast(revenues.net_revenue_365d as decimal(18, 4)) as net_revenue_365d,
        coalesce(purchases.order_count, 0) as order_count,
        coalesce(purchases.purchase_day_count, 0) as purchase_day_count
    from revenues
    left join purchases
        on
            revenues.snapshot_date = purchases.snapshot_date
            and revenues.customer_id = purchases.customer_id

)

select * from histories
