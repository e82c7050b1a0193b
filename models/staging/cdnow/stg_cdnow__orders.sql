{{ config(enabled=feed_is_enabled('cdnow', 'orders')) }}

with

base_rows as (

    select
        order_key,
        contact_key,
        {{ shop_midnight('order_date') }} as ordered_at,
        row_outcome
    from {{ ref('base_cdnow__orders') }}

),

-- Orders of value 0 stay: an order took place; the marts count it as no purchase.
accepted as (

    select
        order_key,
        contact_key,
        cast(null as string) as email,
        cast(null as string) as phone,
        cast(null as string) as anonymous_id,
        cast(null as string) as loyalty_card,
        ordered_at,
        'web' as sales_channel,
        'delivered' as status,
        cast(null as string) as payment_status,
        false as is_test,
        'USD' as currency,
        cast(null as string) as country,
        cast(null as timestamp) as promised_at,
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as cancelled_at,
        ordered_at as updated_at
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
