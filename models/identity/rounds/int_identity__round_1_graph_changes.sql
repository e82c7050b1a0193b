{#-
    Compared with the edges that truly were solved last, which the solver keeps beside its result,
    and not with those of the run before: what a run that broke off did not get to is found again.
    Not by ref(), since the parties come from what is made of this.
-#}
{% set solved_edges = connected_components_solved_edges(
    this.incorporate(path={'identifier': 'int_identity__round_1_parties'})
) %}
with

graph as (

    select
        node_a,
        node_b
    from {{ ref('int_identity__round_1_graph') }}

),

{% if solved_edges %}
    solved_edges as (

        select
            node_a,
            node_b
        from {{ solved_edges }}

    ),

    changes as (

        select distinct
            coalesce(graph.node_a, solved_edges.node_a) as node_a,
            coalesce(graph.node_b, solved_edges.node_b) as node_b,
            graph.node_a is null as is_removed
        from graph
        full outer join solved_edges
            on
                graph.node_a = solved_edges.node_a
                and graph.node_b = solved_edges.node_b
        where graph.node_a is null or solved_edges.node_a is null

    )

{% else %}
    changes as (

        select
            node_a,
            node_b,
            false as is_removed
        from graph
        where 1 = 0

    )

{% endif %}
select * from changes
