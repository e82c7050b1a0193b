{{ config(enabled=feed_is_enabled('online_retail', 'products')) }}

with

base_rows as (

    select
        product_key,
        description,
        invoiced_at,
        row_outcome
    from {{ ref('base_online_retail__order_lines') }}

),

known_lines as (

    select
        product_key,
        description,
        invoiced_at
    from base_rows
    where
        row_outcome = 'accepted'
        and {{ is_known('invoiced_at') }}

),

name_counts as (

    select
        product_key,
        description as name,
        count(*) as line_count
    from known_lines
    where description is not null
    group by
        product_key,
        description

),

-- The name with most lines counts, then the first by alphabet: names were changed over the year.
ranked_names as (

    select
        product_key,
        name,
        row_number() over (
            partition by product_key
            order by line_count desc, name asc
        ) as place
    from name_counts

),

first_lines as (

    select
        product_key,
        min(invoiced_at) as updated_at
    from known_lines
    group by product_key

),

products as (

    select
        first_lines.product_key,
        cast(null as string) as category,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,
        'GBP' as currency,
        cast(null as bigint) as stock,
        first_lines.updated_at,
        coalesce(ranked_names.name, first_lines.product_key) as name
    from first_lines
    left join ranked_names
        on
            first_lines.product_key = ranked_names.product_key
            and ranked_names.place = 1

)

select * from products
