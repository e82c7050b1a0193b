{{ config(enabled=feed_is_enabled('shop', 'orders')) }}

with base_rows as (

    select
        order_key,
        contact_key,
        email,
        phone,
        anonymous_id,
        loyalty_card,
        ordered_at,
        sales_channel,
        status,
        currency,
        country,
        promised_at,
        delivered_at,
        updated_at,
        row_outcome
    from {{ ref('base_shop__orders') }}

),

accepted as (

    select
        order_key,
        contact_key,
        email,
        phone,
        anonymous_id,
        loyalty_card,
        ordered_at,
        sales_channel,
        status,
        currency,
        country,
        promised_at,
        delivered_at,
        updated_at
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
