{{ config(enabled=feed_is_enabled('shop', 'contacts')) }}

with

accepted as (

    select
        contact_key,
        email,
        phone,
        first_name,
        last_name,
        birth_date,
        street,
        postcode,
        city,
        country,
        company,
        loyalty_card,
        is_test_account,
        created_at,
        updated_at
    from {{ ref('base_shop__contacts') }}
    where {{ outcome_on_day('updated_at') }} = 'accepted'

)

select * from accepted
