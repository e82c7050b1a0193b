{{ config(materialized='connected_components') }} -- the loop that no single query can be

with

edges as (

    select
        record_node,
        identifier_node
    from {{ ref('int_identity__round_1_edges') }}
    -- An identifier that one record carries ties nothing: about half of all edges stay out.
    where rejection_reason is null and record_count > 1

),

records as (

    select record_node
    from {{ ref('int_identity__records') }}

),

graph as (

    select
        record_node as node_a,
        identifier_node as node_b
    from edges
    union all
    -- A record without ties is a component of its own.
    select
        record_node as node_a,
        record_node as node_b
    from records

)

select * from graph
