-- A row is an edge that the components do not know of, or one that is gone and still in them.
{% set solved = connected_components_solved_edges(ref('int_identity__round_1_parties')) %}
with

graph as (

    select
        node_a,
        node_b
    from {{ ref('int_identity__round_1_graph') }}

),

solved_edges as (

    select
        node_a,
        node_b
    from {{ solved or ref('int_identity__round_1_graph') }}

),

apart as (

    select
        graph.node_a as given_node_a,
        graph.node_b as given_node_b,
        solved_edges.node_a as solved_node_a,
        solved_edges.node_b as solved_node_b
    from graph
    full outer join solved_edges
        on
            graph.node_a = solved_edges.node_a
            and graph.node_b = solved_edges.node_b
    where graph.node_a is null or solved_edges.node_a is null

)

select * from apart
