{{ config(enabled=feed_is_enabled('shop', 'contacts')) }}

with

superseded as (

    select
        contact_key,
        email,
        phone,
        country,
        loyalty_card,
        created_at,
        updated_at
    from {{ ref('base_shop__contacts') }}
    where {{ outcome_on_day('updated_at') }} = 'superseded'

)

select * from superseded
