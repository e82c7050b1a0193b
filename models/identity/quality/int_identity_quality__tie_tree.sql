{{ config(materialized='graph_bridges') }} -- level by level, as no single query can

with

edges as (

    select
        record_node,
        identifier_node
    from {{ ref('int_identity__edges') }}
    -- An identifier that one record carries is no tie.
    where record_count > 1

),

records as (

    select
        record_node,
        record_type
    from {{ ref('int_identity__records') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__components') }}

),

ends as (

    select
        record_node as node_id,
        identifier_node as neighbour_id
    from edges
    union all
    select
        identifier_node as node_id,
        record_node as neighbour_id
    from edges

),

degrees as (

    select
        node_id,
        count(*) as degree
    from ends
    group by node_id

),

-- A tree that begins in the middle is the flattest: at the node with the most ties.
ranked as (

    select
        components.component_id,
        degrees.node_id,
        row_number() over (
            partition by components.component_id
            order by degrees.degree desc, degrees.node_id asc
        ) as degree_rank
    from degrees
    inner join components on degrees.node_id = components.node_id

),

roots as (

    select
        component_id,
        node_id as root_id
    from ranked
    where degree_rank = 1

),

nodes as (

    select
        ranked.node_id,
        roots.root_id,
        case when records.record_node is null then 0 else 1 end as weight,
        case when records.record_type = 'contact' then 1 else 0 end as mark
    from ranked
    inner join roots on ranked.component_id = roots.component_id
    left join records on ranked.node_id = records.record_node

),

graph as (

    select
        node_id as node_a,
        node_id as node_b,
        root_id,
        cast(weight as bigint) as weight,
        cast(mark as bigint) as mark
    from nodes
    union all
    select
        record_node as node_a,
        identifier_node as node_b,
        cast(null as bigint) as root_id,
        cast(null as bigint) as weight,
        cast(null as bigint) as mark
    from edges

)

select * from graph
