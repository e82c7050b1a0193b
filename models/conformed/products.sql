{#-
    A product has no time but its version's. On an old day (var `as_of_date`) one that has only later
    versions is known where it was sold up to then; the others may be of later days.
-#}
-- depends_on: {{ ref('order_lines') }}
with

every_product as (

    {{ union_feed('products') | indent(4) }}

),

{% if as_of_limit() -%}
as_of as (

    select as_of_end
    from {{ ref('as_of') }}

),

sold_products as (

    select distinct
        source_system,
        product_key
    from {{ ref('order_lines') }}

),

{% endif -%}
known as (

    select every_product.*
    from every_product
    {%- if as_of_limit() %}
    cross join as_of
    left join sold_products
        on
            every_product.source_system = sold_products.source_system
            and every_product.product_key = sold_products.product_key
    where
        every_product.updated_at is null
        or every_product.updated_at < as_of.as_of_end
        or sold_products.product_key is not null
    {%- endif %}

)

select * from known
