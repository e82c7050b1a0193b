with

records as (

    select
        record_type,
        record_id,
        record_node,
        source_system,
        contact_key,
        country
    from {{ ref('int_identity__records') }}

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
        source_system,
        anonymous_id,
        user_key,
        order_key
    from {{ ref('int_identity__device_observations') }}

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
        {{ qualified_id('source_system', 'order_key') }} as record_id,
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
        records.source_system,
        records.country,
        carried.identifier_type,
        carried.raw_value
    from carried
    inner join records
        on carried.record_type = records.record_type and carried.record_id = records.record_id
    where carried.raw_value is not null

    union all

    select
        record_node,
        source_system,
        country,
        'contact_key' as identifier_type,
        contact_key as raw_value
    from records
    where contact_key is not null

)

select * from raw_identifiers
