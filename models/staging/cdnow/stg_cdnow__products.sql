{{ config(enabled=feed_is_enabled('cdnow', 'products')) }}

with

base_rows as (

    select
        order_date,
        row_outcome
    from {{ ref('base_cdnow__orders') }}

),

-- The data name no products: one stands for all of them.
products as (

    select
        'music' as product_key,
        'Music' as name,
        cast(null as string) as category,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,
        'USD' as currency,
        cast(null as bigint) as stock,
        {{ shop_midnight('min(order_date)') }} as updated_at
    from base_rows
    where row_outcome = 'accepted'
    having count(*) > 0

)

select * from products
