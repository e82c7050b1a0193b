with

records as (

    select
        record_type,
        record_id,
        record_node,
        source_system,
        contact_key,
        contact_source_system,
        country
    from {{ ref('int_identity__records') }}

),

key_scopes as (

    select
        source_system,
        key_name,
        key_source_system
    from {{ ref('key_scopes') }}

),

contacts as (

    select
        'contact' as record_type,
        email,
        phone,
        loyalty_card,
        {{ qualified_id('source_system', 'contact_key') }} as record_id
    from {{ ref('contacts') }}

),

orders as (

    select
        'order' as record_type,
        order_key,
        email,
        phone,
        anonymous_id,
        loyalty_card,
        {{ qualified_id('source_system', 'order_key') }} as record_id
    from {{ ref('orders') }}

),

devices as (

    select
        observations.source_system,
        observations.anonymous_id,
        observations.user_key,
        observations.order_key,
        coalesce(key_scopes.key_source_system, observations.source_system) as order_source_system
    from {{ ref('int_identity__device_observations') }} as observations
    left join key_scopes
        on
            observations.source_system = key_scopes.source_system
            and key_scopes.key_name = 'order_key'

),

addresses as (

    select
        record_id,
        identifier_type,
        address
    from {{ ref('int_identity__address_observations') }}

),

feedback as (

    select
        'feedback' as record_type,
        email,
        order_key,
        {{ qualified_id('source_system', 'feedback_key') }} as record_id
    from {{ ref('feedback') }}

),

-- What earlier versions of a record carried is evidence as well. The contact that an order stated
-- last is the record's own.
earlier as (

    select
        record_type,
        identifier_type,
        raw_value,
        country,
        {{ qualified_id('source_system', 'record_key') }} as record_id
    from {{ ref('identifier_history') }}
    where not is_current and (identifier_type <> 'contact_key' or replaced_at is not null)

),

carried as (

    select
        record_type,
        record_id,
        'email' as identifier_type,
        email as raw_value
    from contacts
    union all
    select
        record_type,
        record_id,
        'phone' as identifier_type,
        phone as raw_value
    from contacts
    union all
    select
        record_type,
        record_id,
        'loyalty_card' as identifier_type,
        loyalty_card as raw_value
    from contacts
    union all
    select
        record_type,
        record_id,
        'order_key' as identifier_type,
        order_key as raw_value
    from orders
    union all
    select
        record_type,
        record_id,
        'email' as identifier_type,
        email as raw_value
    from orders
    union all
    select
        record_type,
        record_id,
        'phone' as identifier_type,
        phone as raw_value
    from orders
    union all
    select
        record_type,
        record_id,
        'loyalty_card' as identifier_type,
        loyalty_card as raw_value
    from orders
    union all
    select
        record_type,
        record_id,
        'anonymous_id' as identifier_type,
        anonymous_id as raw_value
    from orders
    union all
    -- A tracked purchase ties its order, not its device, to the device: were the device tied to all
    -- its orders, a family's tablet would be one person even after its id was rejected as shared.
    select
        'order' as record_type,
        {{ qualified_id('order_source_system', 'order_key') }} as record_id,
        'anonymous_id' as identifier_type,
        anonymous_id as raw_value
    from devices
    where order_key is not null
    union all
    select
        'device' as record_type,
        {{ device_record_id('source_system', 'anonymous_id', 'user_key') }} as record_id,
        'anonymous_id' as identifier_type,
        anonymous_id as raw_value
    from devices
    union all
    select
        'address' as record_type,
        record_id,
        identifier_type,
        address as raw_value
    from addresses
    union all
    select
        record_type,
        record_id,
        'email' as identifier_type,
        email as raw_value
    from feedback
    union all
    select
        record_type,
        record_id,
        'order_key' as identifier_type,
        order_key as raw_value
    from feedback

),

-- Records of an order that no order row tells of fall out here; the quality room counts those.
raw_identifiers as (

    select
        records.record_node,
        coalesce(key_scopes.key_source_system, records.source_system) as source_system,
        records.country,
        carried.identifier_type,
        carried.raw_value
    from carried
    inner join records
        on carried.record_type = records.record_type and carried.record_id = records.record_id
    left join key_scopes
        on
            carried.record_type = 'feedback'
            and carried.identifier_type = 'order_key'
            and records.source_system = key_scopes.source_system
            and key_scopes.key_name = 'order_key'
    where carried.raw_value is not null

    union all

    select
        record_node,
        coalesce(contact_source_system, source_system) as source_system,
        country,
        'contact_key' as identifier_type,
        contact_key as raw_value
    from records
    where contact_key is not null

    union all

    select
        records.record_node,
        records.source_system,
        earlier.country,
        earlier.identifier_type,
        earlier.raw_value
    from earlier
    inner join records
        on earlier.record_type = records.record_type and earlier.record_id = records.record_id

)

select * from raw_identifiers
