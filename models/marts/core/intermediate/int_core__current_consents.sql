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

message_signals as (

    select
        customer_id,
        channel,
        opted_out_at
    from {{ ref('int_core__message_signals') }}

),

-- What each record and address last said. Of two changes at the same instant the withdrawal counts.
ranked as (

    select
        address_customers.customer_id,
        consents.purpose,
        consents.channel,
        consents.changed_at,
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
        min(case when is_granted then 1 else 0 end) = 1 as is_granted,
        max(case when is_granted then changed_at end) as granted_at
    from ranked
    where newest_first = 1
    group by
        customer_id,
        purpose,
        channel

),

-- Who unsubscribes or complains in the mail tool has withdrawn, whatever the shop's own ledger
-- knows, until the person consents again.
effective as (

    select
        granted.customer_id,
        granted.purpose,
        granted.channel,
        granted.is_granted
        and (
            granted.purpose <> 'marketing'
            or message_signals.opted_out_at is null
            or message_signals.opted_out_at < granted.granted_at
        ) as is_granted
    from granted
    left join message_signals
        on
            granted.customer_id = message_signals.customer_id
            and granted.channel = message_signals.channel

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
    from effective
    group by customer_id

)

select * from current_consents
