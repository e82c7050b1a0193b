with

customer_records as (

    select
        record_type,
        record_node,
        customer_id,
        first_seen_at,
        known_at,
        is_test
    from {{ ref('int_identity__customer_records') }}

),

edges as (

    select
        record_node,
        identifier_type
    from {{ ref('int_identity__edges') }}

),

types as (

    select identifier_type
    from {{ ref('identifier_types') }}
    where identifies_person

),

identified_records as (

    select distinct edges.record_node
    from edges
    inner join types on edges.identifier_type = types.identifier_type

),

customers as (

    select
        customer_records.customer_id,
        min(customer_records.first_seen_at) as first_seen_at,
        min(
            case
                when
                    identified_records.record_node is not null
                    or customer_records.record_type = 'contact'
                    then customer_records.known_at
            end
        ) as identified_at,
        max(case when customer_records.is_test then 1 else 0 end) = 1 as is_test
    from customer_records
    left join identified_records
        on customer_records.record_node = identified_records.record_node
    group by customer_records.customer_id

)

select * from customers
