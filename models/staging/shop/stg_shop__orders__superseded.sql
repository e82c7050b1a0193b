{{ config(enabled=feed_is_enabled('shop', 'orders')) }}

with

superseded as (

    select
        order_key,
        contact_key,
        email,
        phone,
        anonymous_id,
        loyalty_card,
        ordered_at,
        country,
        updated_at
    from {{ ref('base_shop__orders') }}
    where {{ outcome_on_day('updated_at') }} = 'superseded'

)

select * from superseded
