{{ config(enabled=feed_is_enabled('shop', 'orders')) }}

with

-- The first version that says so: later touches of a cancelled order do not move its cancellation.
cancellations as (

    select
        order_key,
        min(updated_at) as cancelled_at
    from {{ ref('base_shop__orders') }}
    where
        status = 'cancelled'
        and row_outcome in ('accepted', 'superseded')
    group by order_key

),

accepted as (

    select
        base_rows.order_key,
        base_rows.contact_key,
        base_rows.email,
        base_rows.phone,
        base_rows.anonymous_id,
        base_rows.loyalty_card,
        base_rows.ordered_at,
        base_rows.sales_channel,
        base_rows.status,
        base_rows.currency,
        base_rows.country,
        base_rows.promised_at,
        base_rows.delivered_at,
        base_rows.updated_at,
        case when base_rows.status = 'cancelled' then cancellations.cancelled_at end
            as cancelled_at
    from {{ ref('base_shop__orders') }} as base_rows
    left join cancellations
        on base_rows.order_key = cancellations.order_key
    where base_rows.row_outcome = 'accepted'

)

select * from accepted
