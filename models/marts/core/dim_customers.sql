with

customers as (

    select
        customer_id,
        first_seen_at,
        identified_at,
        is_test
    from {{ ref('int_identity__customers') }}
    where not is_test

),

customer_records as (

    select customer_id
    from {{ ref('int_identity__customer_records') }}
    where record_type = 'contact'

),

golden_records as (

    select
        customer_id,
        country,
        country_source,
        country_observed_at,
        completeness
    from {{ ref('golden_records') }}

),

households as (

    select
        customer_id,
        household_id,
        household_size
    from {{ ref('customer_households') }}

),

consents as (

    select
        customer_id,
        has_email_consent,
        has_sms_consent,
        has_push_consent,
        has_banner_consent,
        has_tracking_consent,
        has_personalisation_consent
    from {{ ref('int_core__current_consents') }}

),

undeliverable as (

    select
        customer_id,
        max(case when channel = 'email' then customer_id end) is not null as is_by_email,
        max(case when channel = 'sms' then customer_id end) is not null as is_by_sms,
        max(case when channel = 'push' then customer_id end) is not null as is_by_push
    from {{ ref('int_core__message_signals') }}
    where is_undeliverable
    group by customer_id

),

orders as (

    select
        customer_id,
        ordered_at,
        is_online,
        is_valid,
        net_revenue
    from {{ ref('fct_orders') }}

),

customer_contacts as (

    select
        customer_id,
        count(*) as contact_count
    from customer_records
    group by customer_id

),

customer_orders as (

    select
        customer_id,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at,
        count(*) as order_count,
        sum(case when is_online then 1 else 0 end) as online_order_count
    from orders
    where is_valid
    group by customer_id

),

customer_revenue as (

    select
        customer_id,
        sum(net_revenue) as net_revenue
    from orders
    group by customer_id

),

described as (

    select
        customers.customer_id,
        customers.identified_at is not null as is_identified,
        customers.first_seen_at,
        customers.identified_at,
        coalesce(customer_contacts.contact_count, 0) as contact_count,
        golden_records.country,
        golden_records.country_source,
        golden_records.country_observed_at,
        golden_records.completeness,
        households.household_id,
        households.household_size,
        customer_orders.first_order_at,
        customer_orders.last_order_at,
        coalesce(customer_orders.order_count, 0) as order_count,
        cast(coalesce(customer_orders.online_order_count, 0) as bigint) as online_order_count,
        case
            when customer_orders.online_order_count = customer_orders.order_count then 'online'
            when customer_orders.online_order_count = 0 then 'offline'
            when customer_orders.online_order_count > 0 then 'both'
        end as channel_presence,
        cast(coalesce(customer_revenue.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        coalesce(consents.has_email_consent, false) as has_email_consent,
        coalesce(consents.has_sms_consent, false) as has_sms_consent,
        coalesce(consents.has_push_consent, false) as has_push_consent,
        coalesce(consents.has_banner_consent, false) as has_banner_consent,
        coalesce(consents.has_tracking_consent, false) as has_tracking_consent,
        coalesce(consents.has_personalisation_consent, false) as has_personalisation_consent,
        coalesce(consents.has_email_consent and undeliverable.is_by_email is not true, false)
            as is_email_contactable,
        coalesce(consents.has_sms_consent and undeliverable.is_by_sms is not true, false)
            as is_sms_contactable,
        coalesce(consents.has_push_consent and undeliverable.is_by_push is not true, false)
            as is_push_contactable
    from customers
    left join customer_contacts
        on customers.customer_id = customer_contacts.customer_id
    left join golden_records
        on customers.customer_id = golden_records.customer_id
    left join households
        on customers.customer_id = households.customer_id
    left join customer_orders
        on customers.customer_id = customer_orders.customer_id
    left join customer_revenue
        on customers.customer_id = customer_revenue.customer_id
    left join consents
        on customers.customer_id = consents.customer_id
    left join undeliverable
        on customers.customer_id = undeliverable.customer_id

)

select * from described
