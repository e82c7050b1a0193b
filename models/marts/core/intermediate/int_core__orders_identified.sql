with

as_of as (

    select as_of_end
    from {{ ref('as_of') }}

),

orders as (

    select
        source_system,
        order_key,
        ordered_at,
        sales_channel,
        status,
        payment_status,
        is_test,
        currency,
        country,
        promised_at,
        delivered_at,
        cancelled_at
    from {{ ref('orders') }}

),

customer_records as (

    select
        record_type,
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

customers as (

    select
        customer_id,
        is_test
    from {{ ref('int_identity__customers') }}

),

channels as (

    select
        sales_channel,
        is_online
    from {{ ref('sales_channels') }}

),

statuses as (

    select
        status_kind,
        status,
        counts_as
    from {{ ref('order_statuses') }}

),

rates as (

    select
        currency,
        order_date,
        exchange_rate
    from {{ ref('int_core__exchange_rates') }}

),

keyed as (

    select
        orders.source_system,
        orders.order_key,
        orders.ordered_at,
        orders.sales_channel,
        orders.status,
        orders.payment_status,
        coalesce(orders.is_test, false) as is_test_order,
        orders.currency,
        orders.country,
        orders.promised_at,
        orders.delivered_at,
        {{ qualified_id('orders.source_system', 'orders.order_key') }} as order_id,
        {{ shop_date('orders.ordered_at') }} as order_date,
        -- A cancellation written after the day of the run is not known on it.
        case when orders.cancelled_at < as_of.as_of_end then orders.cancelled_at end as cancelled_at
    from orders
    cross join as_of

),

identified as (

    select
        keyed.order_id,
        customers.customer_id,
        customers.is_test,
        keyed.source_system,
        keyed.order_key,
        keyed.ordered_at,
        keyed.order_date,
        keyed.sales_channel,
        keyed.status,
        keyed.payment_status,
        keyed.is_test_order,
        keyed.currency,
        rates.exchange_rate,
        keyed.country,
        keyed.promised_at,
        keyed.delivered_at,
        keyed.cancelled_at,
        channels.is_online,
        keyed.cancelled_at is not null as is_cancelled,
        not keyed.is_test_order
        and coalesce(order_statuses.counts_as, 'purchase') <> 'nothing'
        and coalesce(payment_statuses.counts_as, 'purchase') <> 'nothing' as is_counted
    from keyed
    left join customer_records
        on
            customer_records.record_type = 'order'
            and keyed.order_id = customer_records.record_id
    left join customers
        on customer_records.customer_id = customers.customer_id
    left join channels
        on keyed.sales_channel = channels.sales_channel
    left join statuses as order_statuses
        on
            order_statuses.status_kind = 'order'
            and keyed.status = order_statuses.status
    left join statuses as payment_statuses
        on
            payment_statuses.status_kind = 'payment'
            and keyed.payment_status = payment_statuses.status
    left join rates
        on
            keyed.currency = rates.currency
            and keyed.order_date = rates.order_date

)

select * from identified
