{{ config(materialized='connected_components_by_level') }} -- a loop, as for the components

with

conflicts as (

    select distinct component_id
    from {{ ref('int_identity__conflicts') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__candidate_components') }}

),

edge_candidates as (

    select
        record_node,
        identifier_node,
        identifier_type
    from {{ ref('int_identity__edge_candidates') }}
    where rejection_reason is null and record_count > 1

),

types as (

    select
        identifier_type,
        priority
    from {{ ref('identifier_types') }}

),

graph as (

    select
        edge_candidates.record_node as node_a,
        edge_candidates.identifier_node as node_b,
        types.priority as level
    from edge_candidates
    inner join components on edge_candidates.record_node = components.node_id
    inner join conflicts on components.component_id = conflicts.component_id
    inner join types on edge_candidates.identifier_type = types.identifier_type

)

select * from graph
