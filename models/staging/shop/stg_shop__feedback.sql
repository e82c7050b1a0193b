{{ config(enabled=feed_is_enabled('shop', 'feedback')) }}

with

base_rows as (

    select
        feedback_key,
        kind,
        score,
        text,
        submitted_at,
        contact_key,
        email,
        order_key,
        row_outcome
    from {{ ref('base_shop__feedback') }}

),

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
    from base_rows
    where row_outcome = 'accepted'

)

select * from accepted
