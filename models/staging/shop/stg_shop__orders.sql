{{ config(enabled=feed_is_enabled('shop', 'orders')) }}

with

endings as (

    select
        status_kind,
        status
    from {{ ref('order_statuses') }}
    where counts_as = 'cancellation'

),

versions as (

    select
        base_rows.*,
        {{ outcome_on_day('updated_at', 'base_rows') }} as outcome_on_day,
        order_endings.status is not null or payment_endings.status is not null as is_ended
    from {{ ref('base_shop__orders') }} as base_rows
    left join endings as order_endings
        on
            order_endings.status_kind = 'order'
            and base_rows.status = order_endings.status
    left join endings as payment_endings
        on
            payment_endings.status_kind = 'payment'
            and base_rows.payment_status = payment_endings.status

),

-- The first version that says so: later touches of a cancelled order do not move its cancellation.
cancellations as (

    select
        order_key,
        min(updated_at) as cancelled_at
    from versions
    where
        is_ended
        and outcome_on_day in ('accepted', 'superseded')
    group by order_key

),

accepted as (

    select
        versions.order_key,
        versions.contact_key,
        versions.email,
        versions.phone,
        versions.anonymous_id,
        versions.loyalty_card,
        versions.ordered_at,
        versions.sales_channel,
        versions.status,
        versions.payment_status,
        versions.is_test,
        versions.currency,
        versions.country,
        versions.promised_at,
        versions.delivered_at,
        versions.updated_at,
        case when versions.is_ended then cancellations.cancelled_at end as cancelled_at
    from versions
    left join cancellations
        on versions.order_key = cancellations.order_key
    where versions.outcome_on_day = 'accepted'

)

select * from accepted
