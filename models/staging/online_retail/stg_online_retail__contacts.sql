{{ config(enabled=feed_is_enabled('online_retail', 'contacts')) }}

with

base_rows as (

    select
        contact_key,
        country,
        invoiced_at,
        row_outcome
    from {{ ref('base_online_retail__order_lines') }}

),

known_lines as (

    select
        contact_key,
        country,
        invoiced_at
    from base_rows
    where
        contact_key is not null
        and row_outcome in ('accepted', 'set_aside')
        and {{ is_known('invoiced_at') }}

),

first_lines as (

    select
        contact_key,
        min(invoiced_at) as created_at
    from known_lines
    group by contact_key

),

country_counts as (

    select
        contact_key,
        country,
        count(*) as line_count
    from known_lines
    where country is not null
    group by
        contact_key,
        country

),

-- 8 customers have two countries: the one with most lines counts, then the first by name.
ranked_countries as (

    select
        contact_key,
        country,
        row_number() over (
            partition by contact_key
            order by line_count desc, country asc
        ) as place
    from country_counts

),

contacts as (

    select
        first_lines.contact_key,
        cast(null as string) as email,
        cast(null as string) as phone,
        cast(null as string) as first_name,
        cast(null as string) as last_name,
        cast(null as date) as birth_date,
        cast(null as string) as street,
        cast(null as string) as postcode,
        cast(null as string) as city,
        ranked_countries.country,
        cast(null as string) as company,
        cast(null as string) as loyalty_card,
        false as is_test_account,
        first_lines.created_at,
        first_lines.created_at as updated_at
    from first_lines
    left join ranked_countries
        on
            first_lines.contact_key = ranked_countries.contact_key
            and ranked_countries.place = 1

)

select * from contacts
