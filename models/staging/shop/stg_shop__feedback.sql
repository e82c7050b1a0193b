{{ config(enabled=feed_is_enabled('shop', 'feedback')) }}

with

accepted as (

    select
        feedback_key,
        kind,
        score,
        text,
        submitted_at,
        contact_key,
        email,
        order_key
    from {{ ref('base_shop__feedback') }}
    where row_outcome = 'accepted'

)

select * from accepted
