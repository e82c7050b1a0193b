{{ config(materialized='view') }} -- a filter, not worth a copy of a large table

with

round_1_edges as (

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

unioned as (

    select
        record_node,
        identifier_node
    from round_1_edges
    union all
    -- A record without ties is a component of its own.
    select
        record_node,
        record_node as identifier_node
    from records

),

-- Without direction, as the solver keeps them.
graph as (

    select
        least(record_node, identifier_node) as node_a,
        greatest(record_node, identifier_node) as node_b
    from unioned

)

select * from graph
