with

consents as (

    select
        source_system,
        contact_key,
        address,
        purpose,
        channel,
        state,
        changed_at,
        legal_basis,
        source
    from {{ ref('consents') }}

),

address_customers as (

    select
        source_system,
        contact_key,
        channel,
        address,
        customer_id
    from {{ ref('int_identity__address_customers') }}

),

-- What each record and address last said. Of two changes at the same instant the withdrawal counts.
ranked as (

    select
        address_customers.customer_id,
        consents.purpose,
        consents.channel,
        consents.state = 'granted' as is_granted,
        row_number() over (
            partition by
                consents.source_system,
                consents.contact_key,
                consents.address,
                consents.purpose,
                consents.channel
            order by
                consents.changed_at desc,
                consents.state desc,
                consents.legal_basis asc,
                consents.source asc
        ) as newest_first
    from consents
    inner join address_customers
        on
            consents.source_system = address_customers.source_system
            and consents.channel = address_customers.channel
            and coalesce(consents.contact_key, '') = coalesce(address_customers.contact_key, '')
            and coalesce(consents.address, '') = coalesce(address_customers.address, '')

),

-- A person is asked more than once; a withdrawal under any of the records holds for all.
granted as (

    select
        customer_id,
        purpose,
        channel,
        min(case when is_granted then 1 else 0 end) = 1 as is_granted
    from ranked
    where newest_first = 1
    group by
        customer_id,
        purpose,
        channel

),

current_consents as (

    select
        customer_id,
        max(case when purpose = 'marketing' and channel = 'email' then is_granted end)
            as has_email_consent,
        max(case when purpose = 'marketing' and channel = 'sms' then is_granted end)
            as has_sms_consent,
        max(case when purpose = 'marketing' and channel = 'push' then is_granted end)
            as has_push_consent,
        max(case when purpose = 'marketing' and channel = 'banner' then is_granted end)
            as has_banner_consent,
        -- Not asked by channel: a withdrawal anywhere holds everywhere.
        min(case when purpose = 'tracking' then is_granted end) as has_tracking_consent,
        min(case when purpose = 'personalisation' then is_granted end)
            as has_personalisation_consent
    from granted
    group by customer_id

)

select * from current_consents
