with

messages as (

    select
        source_system,
        contact_key,
        address,
        channel,
        action,
        bounce_type,
        occurred_at
    from {{ ref('messages') }}

),

actions as (

    select
        action,
        ends_consent,
        reaches_address
    from {{ ref('message_actions') }}

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

golden_records as (

    select
        customer_id,
        {{ lower_letters(visible_text('email')) }} as email
    from {{ ref('golden_records') }}

),

-- One row an address before customers are looked up: most messages say nothing new.
addresses as (

    select
        messages.source_system,
        messages.contact_key,
        messages.address,
        messages.channel,
        max(case when actions.ends_consent then messages.occurred_at end) as opted_out_at,
        max(case when actions.reaches_address then messages.occurred_at end) as reached_at,
        max(
            case
                when messages.action = 'bounce' and coalesce(messages.bounce_type, 'hard') = 'hard'
                    then messages.occurred_at
            end
        ) as bounced_at
    from messages
    inner join actions on messages.action = actions.action
    group by
        messages.source_system,
        messages.contact_key,
        messages.address,
        messages.channel

),

-- A bounced address that is not the customer's any more says nothing of the one that is.
customer_addresses as (

    select
        address_customers.customer_id,
        addresses.channel,
        addresses.opted_out_at,
        addresses.reached_at,
        case
            when
                addresses.channel <> 'email'
                or addresses.address is null
                or golden_records.email is null
                or {{ lower_letters(visible_text('addresses.address')) }} = golden_records.email
                then addresses.bounced_at
        end as bounced_at
    from addresses
    inner join address_customers
        on
            addresses.source_system = address_customers.source_system
            and addresses.channel = address_customers.channel
            and coalesce(addresses.contact_key, '') = coalesce(address_customers.contact_key, '')
            and coalesce(addresses.address, '') = coalesce(address_customers.address, '')
    left join golden_records on address_customers.customer_id = golden_records.customer_id

),

signals as (

    select
        customer_id,
        channel,
        max(opted_out_at) as opted_out_at,
        coalesce(
            max(bounced_at) >= max(reached_at),
            max(bounced_at) is not null
        ) as is_undeliverable
    from customer_addresses
    group by customer_id, channel

)

select * from signals
