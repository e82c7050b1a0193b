with

orders as (
    select * from {{ ref('orders') }}
),

customer_records as (
    select * from {{ ref('int_identity__customer_records') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

rates as (
    select * from {{ ref('int_core__exchange_rates') }}
),

keyed as (
    select
        {{ qualified_id('source_system', 'order_key') }} as order_id,
        source_system,
        order_key,
        ordered_at,
        cast(ordered_at as date) as order_date,
        sales_channel,
        status,
        currency,
        country,
        promised_at,
        delivered_at,
        updated_at
    from orders
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
        keyed.currency,
        rates.exchange_rate,
        keyed.country,
        keyed.promised_at,
        keyed.delivered_at,
        keyed.sales_channel in ('web', 'app') as is_online,
        keyed.status = 'cancelled' as is_cancelled,
        case when keyed.status = 'cancelled' then keyed.updated_at end as cancelled_at
    from keyed
    left join customer_records
        on
            customer_records.record_type = 'order'
            and keyed.order_id = customer_records.record_id
    left join customers
        on customer_records.customer_id = customers.customer_id
    left join rates
        on
            keyed.currency = rates.currency
            and keyed.order_date = rates.order_date
)

select * from identified
