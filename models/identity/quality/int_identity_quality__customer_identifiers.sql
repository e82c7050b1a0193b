with

edges as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__edges') }}

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

customer_identifiers as (

    select
        customer_records.customer_id,
        edges.identifier_type,
        count(distinct edges.identifier_value) as identifier_count
    from edges
    inner join customer_records on edges.record_node = customer_records.record_node
    group by customer_records.customer_id, edges.identifier_type

)

select * from customer_identifiers
