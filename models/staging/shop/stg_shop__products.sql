{{ config(enabled=feed_is_enabled('shop', 'products')) }}

with

base_rows as (

    select
        product_key,
        name,
        category,
        list_price,
        unit_cost,
        currency,
        stock,
        updated_at,
        row_outcome
    from {{ ref('base_shop__products') }}

),

accepted as (

    select
        product_key,
        name,
        category,
        list_price,
        unit_cost,
        currency,
        stock,
        updated_at
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
