with

messages as (

    select
        source_system,
        contact_key,
        channel,
        address,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from {{ ref('messages') }}
    group by source_system, contact_key, channel, address

),

consents as (

    select
        source_system,
        contact_key,
        channel,
        address,
        min(changed_at) as first_seen_at,
        max(changed_at) as last_seen_at
    from {{ ref('consents') }}
    group by source_system, contact_key, channel, address

),

channels as (

    select
        channel,
        identifier_type
    from {{ ref('address_channels') }}

),

used as (

    select
        source_system,
        contact_key,
        channel,
        address,
        first_seen_at,
        last_seen_at
    from messages
    union all
    select
        source_system,
        contact_key,
        channel,
        address,
        first_seen_at,
        last_seen_at
    from consents

),

-- Without an address the channel says nothing about the person: one row a contact then.
typed as (

    select
        used.source_system,
        used.contact_key,
        used.address,
        used.first_seen_at,
        used.last_seen_at,
        case
            when used.address is not null
                then coalesce(channels.identifier_type, 'channel ' || used.channel)
        end as identifier_type
    from used
    left join channels on used.channel = channels.channel
    where used.contact_key is not null or used.address is not null

),

observations as (

    select
        {{ address_record_id('source_system', 'contact_key', 'identifier_type', 'address') }}
            as record_id,
        source_system,
        contact_key,
        identifier_type,
        address,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from typed
    group by source_system, contact_key, identifier_type, address

)

select * from observations
