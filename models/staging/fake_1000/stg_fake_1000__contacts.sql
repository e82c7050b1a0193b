{{ config(enabled=feed_is_enabled('fake_1000', 'contacts')) }}

with

accepted as (

    select
        unique_id,
        first_name,
        surname,
        dob,
        city,
        email,
        _loaded_at
    from {{ ref('base_fake_1000__contacts') }}
    where row_outcome = 'accepted'

),

contacts as (

    select
        unique_id as contact_key,
        email,
        cast(null as string) as phone,
        first_name,
        surname as last_name,
        dob as birth_date,
        cast(null as string) as street,
        cast(null as string) as postcode,
        city,
        cast(null as string) as country,
        cast(null as string) as company,
        cast(null as string) as loyalty_card,
        false as is_test_account,
        _loaded_at as created_at,
        _loaded_at as updated_at
    from accepted

)

select * from contacts
