{{ config(enabled=feed_is_enabled('online_retail', 'orders')) }}

with

base_rows as (

    select
        order_key,
        contact_key,
        country,
        invoiced_at,
        row_outcome
    from {{ ref('base_online_retail__order_lines') }}

),

-- Invoices of postage or write-offs alone are no orders. 43 invoices span two minutes; the first
-- counts. A cancellation is an order of its own, delivered and of negative value: the marts count
-- no purchase for it, and its customer's revenue falls.
orders as (

    select
        order_key,
        cast(null as string) as email,
        cast(null as string) as phone,
        cast(null as string) as anonymous_id,
        cast(null as string) as loyalty_card,
        'web' as sales_channel,
        'delivered' as status,
        cast(null as string) as payment_status,
        false as is_test,
        'GBP' as currency,
        cast(null as timestamp) as promised_at,
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as cancelled_at,
        min(contact_key) as contact_key,
        min(invoiced_at) as ordered_at,
        min(country) as country,
        min(invoiced_at) as updated_at
    from base_rows
    where row_outcome = 'accepted'
    group by order_key

)

select * from orders
