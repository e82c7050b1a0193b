with

devices as (

    select
        source_system,
        anonymous_id,
        user_key,
        {{ device_record_id('source_system', 'anonymous_id', 'user_key') }} as record_id
    from {{ ref('int_identity__device_observations') }}
    group by source_system, anonymous_id, user_key

),

customer_records as (

    select
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}
    where record_type = 'device'

),

device_customers as (

    select
        devices.source_system,
        devices.anonymous_id,
        devices.user_key,
        customer_records.customer_id
    from devices
    inner join customer_records on devices.record_id = customer_records.record_id

)

select * from device_customers
