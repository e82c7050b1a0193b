{%- set product_columns = ['category', 'name', 'product_key'] -%}
with

products as (

    select
        source_system,
        product_key,
        category,
        name
    from {{ ref('products') }}

),

product_line_kinds as (

    select
        product_column,
        pattern,
        line_kind
    from {{ ref('product_line_kinds') }}

),

texts as (

    {%- for column in product_columns %}
        select
            source_system,
            product_key,
            '{{ column }}' as product_column,
            replace(replace({{ lower_letters(column) }}, '-', ' '), '_', ' ') as product_text
        from products
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- Of several kinds the first by name counts.
kinds as (

    select
        texts.source_system,
        texts.product_key,
        min(product_line_kinds.line_kind) as line_kind
    from texts
    inner join product_line_kinds
        on
            texts.product_column = product_line_kinds.product_column
            and texts.product_text like product_line_kinds.pattern
    group by
        texts.source_system,
        texts.product_key

)

select * from kinds
