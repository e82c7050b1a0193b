with

customer_records as (

    select
        customer_id,
        record_type
    from {{ ref('int_identity__customer_records') }}

),

customer_identifiers as (

    select
        customer_id,
        identifier_type,
        identifier_count
    from {{ ref('int_identity_quality__customer_identifiers') }}

),

types as (

    select
        identifier_type,
        identifies_person
    from {{ ref('identifier_types') }}

),

records as (

    select
        customer_id,
        count(*) as record_count,
        sum(case when record_type = 'contact' then 1 else 0 end) as contact_count,
        sum(case when record_type = 'order' then 1 else 0 end) as order_count,
        sum(case when record_type = 'device' then 1 else 0 end) as device_count
    from customer_records
    group by customer_id

),

identifiers as (

    select
        customer_identifiers.customer_id,
        sum(customer_identifiers.identifier_count) as identifier_count,
        sum(
            case
                when types.identifies_person then customer_identifiers.identifier_count
                else 0
            end
        ) as person_identifier_count
    from customer_identifiers
    inner join types on customer_identifiers.identifier_type = types.identifier_type
    group by customer_identifiers.customer_id

),

sizes as (

    select
        records.customer_id,
        records.record_count,
        cast(records.contact_count as bigint) as contact_count,
        cast(records.order_count as bigint) as order_count,
        cast(records.device_count as bigint) as device_count,
        cast(coalesce(identifiers.identifier_count, 0) as bigint) as identifier_count,
        cast(coalesce(identifiers.person_identifier_count, 0) as bigint)
            as person_identifier_count
    from records
    left join identifiers on records.customer_id = identifiers.customer_id

)

select * from sizes
