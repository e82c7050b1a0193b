{{ config(enabled=feed_is_enabled('febrl3', 'contacts')) }}

with

accepted as (

    select
        rec_id,
        given_name,
        surname,
        street_number,
        address_1,
        suburb,
        postcode,
        date_of_birth,
        soc_sec_id,
        _loaded_at
    from {{ ref('base_febrl3__contacts') }}
    where row_outcome = 'accepted'

),

contacts as (

    select
        rec_id as contact_key,
        cast(null as string) as email,
        cast(null as string) as phone,
        given_name as first_name,
        surname as last_name,
        {{ typed_value(
            "substr(date_of_birth, 1, 4) || '-' || substr(date_of_birth, 5, 2) || '-'"
            ~ " || substr(date_of_birth, 7)",
            'date'
        ) }} as birth_date,
        nullif(trim(coalesce(street_number, '') || ' ' || coalesce(address_1, '')), '') as street,
        postcode,
        suburb as city,
        'AU' as country,
        cast(null as string) as company,
        -- The conformed contacts know one number that somebody else gave a person.
        soc_sec_id as loyalty_card,
        false as is_test_account,
        _loaded_at as created_at,
        _loaded_at as updated_at
    from accepted

)

select * from contacts
