{#-
    Compared with the edges that truly were solved last, which the solver keeps beside its result, and
    not with those of the run before: what a run that broke off did not get to is found again.
    Not by ref(), since the components come from what is made of this.
-#}
{% set solved_edges = connected_components_solved_edges(
    this.incorporate(path={'identifier': 'int_identity__candidate_components'})
) %}
with

candidate_edges as (

    select
        node_a,
        node_b
    from {{ ref('int_identity__candidate_edges') }}

),

{% if solved_edges %}
    solved_edges as (

        select
            node_a,
            node_b
        from {{ solved_edges }}

    ),

    edge_changes as (

        select distinct
            coalesce(candidate_edges.node_a, solved_edges.node_a) as node_a,
            coalesce(candidate_edges.node_b, solved_edges.node_b) as node_b,
            candidate_edges.node_a is null as is_removed
        from candidate_edges
        full outer join solved_edges
            on
                candidate_edges.node_a = solved_edges.node_a
                and candidate_edges.node_b = solved_edges.node_b
        where candidate_edges.node_a is null or solved_edges.node_a is null

    )

{% else %}
    edge_changes as (

        select
            node_a,
            node_b,
            false as is_removed
        from candidate_edges
        where 1 = 0

    )

{% endif %}
select * from edge_changes
