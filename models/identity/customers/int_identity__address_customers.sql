with

addresses as (

    select
        source_system,
        contact_key,
        identifier_type,
        address,
        record_id
    from {{ ref('int_identity__address_observations') }}

),

channels as (

    select
        channel,
        identifier_type
    from {{ ref('address_channels') }}

),

customer_records as (

    select
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}
    where record_type = 'address'

),

address_customers as (

    select
        addresses.source_system,
        addresses.contact_key,
        channels.channel,
        addresses.address,
        customer_records.customer_id
    from addresses
    inner join customer_records on addresses.record_id = customer_records.record_id
    inner join channels
        on addresses.address is null or addresses.identifier_type = channels.identifier_type

)

select * from address_customers
