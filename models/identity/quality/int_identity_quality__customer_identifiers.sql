with

edges as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__edges') }}

),

superseded as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_periods') }}
    where not is_current

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
    left join superseded
        on
            edges.record_node = superseded.record_node
            and edges.identifier_type = superseded.identifier_type
            and edges.identifier_value = superseded.identifier_value
    where superseded.record_node is null
    group by customer_records.customer_id, edges.identifier_type

)

select * from customer_identifiers
