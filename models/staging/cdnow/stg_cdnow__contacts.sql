{{ config(enabled=feed_is_enabled('cdnow', 'contacts')) }}

with

base_rows as (

    select
        contact_key,
        order_date,
        row_outcome
    from {{ ref('base_cdnow__orders') }}

),

contacts as (

    select
        contact_key,
        cast(null as string) as email,
        cast(null as string) as phone,
        cast(null as string) as first_name,
        cast(null as string) as last_name,
        cast(null as date) as birth_date,
        cast(null as string) as street,
        cast(null as string) as postcode,
        cast(null as string) as city,
        cast(null as string) as country,
        cast(null as string) as company,
        cast(null as string) as loyalty_card,
        false as is_test_account,
        {{ shop_midnight('min(order_date)') }} as created_at,
        {{ shop_midnight('min(order_date)') }} as updated_at
    from base_rows
    where row_outcome = 'accepted'
    group by contact_key

)

select * from contacts
