-- A row is an accepted identifier whose records are in more than one customer: the loop broke off.
with

edges as (

    select
        record_node,
        identifier_node
    from {{ ref('int_identity__edges') }}

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

torn as (

    select
        edges.identifier_node,
        count(distinct customer_records.customer_id) as customer_count
    from edges
    inner join customer_records on edges.record_node = customer_records.record_node
    group by edges.identifier_node
    having count(distinct customer_records.customer_id) > 1

)

select * from torn
