with

products as (

    select
        source_system,
        product_key,
        name,
        category,
        list_price,
        unit_cost,
        currency,
        stock,
        updated_at
    from {{ ref('products') }}

),

ordered_products as (

    select distinct
        source_system,
        product_key
    from {{ ref('order_lines') }}
    where product_key is not null

),

-- What was ordered and is described nowhere is a product too: a line finds its product always.
known as (

    select
        source_system,
        product_key
    from products

    union distinct

    select
        source_system,
        product_key
    from ordered_products

),

described as (

    select
        {{ qualified_id('known.source_system', 'known.product_key') }} as product_id,
        known.source_system,
        known.product_key,
        products.product_key is not null as is_described,
        products.name as product_name,
        products.category as product_category,
        products.list_price,
        products.unit_cost,
        products.currency,
        products.stock,
        products.updated_at
    from known
    left join products
        on
            known.source_system = products.source_system
            and known.product_key = products.product_key

)

select * from described
