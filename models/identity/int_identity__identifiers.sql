with

edges as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__edges') }}
    -- Split between people, an identifier alone says nothing about whose it is.
    where person is null

),

customer_records as (

    select
        record_node,
        customer_id,
        first_seen_at
    from {{ ref('int_identity__customer_records') }}

),

-- All records of an identifier are in one component, so their customer_id is one.
identifiers as (

    select
        edges.identifier_type,
        edges.identifier_value,
        min(customer_records.customer_id) as customer_id,
        min(customer_records.first_seen_at) as first_seen_at,
        count(*) as record_count
    from edges
    inner join customer_records on edges.record_node = customer_records.record_node
    group by edges.identifier_type, edges.identifier_value

)

select * from identifiers
