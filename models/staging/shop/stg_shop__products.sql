{{ config(enabled=feed_is_enabled('shop', 'products')) }}

with

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
    from {{ ref('base_shop__products') }}
    where {{ outcome_on_day('updated_at') }} = 'accepted'

)

select * from accepted
