-- A row is an edge that the components do not know of, or one that is gone and still in them.
{% set solved = connected_components_solved_edges(ref('int_identity__candidate_components')) %}
with

candidate_edges as (

    select
        node_a,
        node_b
    from {{ ref('int_identity__candidate_edges') }}

),

solved_edges as (

    select
        node_a,
        node_b
    from {{ solved or ref('int_identity__candidate_edges') }}

),

apart as (

    select
        candidate_edges.node_a as given_node_a,
        candidate_edges.node_b as given_node_b,
        solved_edges.node_a as solved_node_a,
        solved_edges.node_b as solved_node_b
    from candidate_edges
    full outer join solved_edges
        on
            candidate_edges.node_a = solved_edges.node_a
            and candidate_edges.node_b = solved_edges.node_b
    where candidate_edges.node_a is null or solved_edges.node_a is null

)

select * from apart
