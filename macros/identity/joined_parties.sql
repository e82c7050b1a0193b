{#-
    The query of the components after a round of resolution: the parties of the round before, joined
    by the identifiers of this round, and those identifiers.

    Arguments:
        edges: relation of the round's edges.
        joins: relation of the components of parties and identifiers.
        parties: relation of nodes and their components after the round before.
    Returns: a select statement.
-#}
{% macro joined_parties(edges, joins, parties) -%}
with

edges as (

    select
        record_node,
        identifier_node
    from {{ edges }}
    where rejection_reason is null and record_count > 1

),

joins as (

    select
        node_id,
        component_id
    from {{ joins }}

),

parties as (

    select
        node_id,
        component_id
    from {{ parties }}

),

joined as (

    select
        parties.node_id,
        coalesce(joins.component_id, parties.component_id) as component_id
    from parties
    left join joins on parties.component_id = joins.node_id

),

identifiers as (

    select
        edges.identifier_node as node_id,
        min(joined.component_id) as component_id
    from edges
    inner join joined on edges.record_node = joined.node_id
    group by edges.identifier_node

),

components as (

    select
        node_id,
        component_id
    from joined
    union all
    select
        node_id,
        component_id
    from identifiers

)

select * from components
{%- endmacro %}
