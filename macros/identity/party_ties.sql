{#-
    The graph of a later round of resolution: parties, and the identifiers that tie two or more.

    Arguments:
        edges: relation of the round's edges.
        parties: relation of nodes and their components after the round before.
    Returns: a select statement, for materialization `connected_components`.
-#}
{% macro party_ties(edges, parties) -%}
with

edges as (

    select
        record_node,
        identifier_node
    from {{ edges }}
    where rejection_reason is null and record_count > 1

),

parties as (

    select
        node_id,
        component_id
    from {{ parties }}

),

ties as (

    select distinct
        parties.component_id as node_a,
        edges.identifier_node as node_b
    from edges
    inner join parties on edges.record_node = parties.node_id

),

joining as (

    select node_b
    from ties
    group by node_b
    having count(*) > 1

),

graph as (

    select
        ties.node_a,
        ties.node_b
    from ties
    inner join joining on ties.node_b = joining.node_b

)

select * from graph
{%- endmacro %}
