{{ config(materialized='connected_components', edges='changes') }} -- the loop that no query can be
{% set is_solved = connected_components_is_solved() | string | lower %}

with

all_edges as (

    select
        node_a,
        node_b,
        false as is_removed
    from {{ ref('int_identity__round_1_graph') }}

),

changes as (

    select
        node_a,
        node_b,
        is_removed
    from {{ ref('int_identity__round_1_graph_changes') }}

),

-- Only what changed is solved: all edges where nothing is solved yet, and with --full-refresh.
graph as (

    select
        node_a,
        node_b,
        is_removed
    from all_edges
    where not {{ is_solved }}
    union all
    select
        node_a,
        node_b,
        is_removed
    from changes
    where {{ is_solved }}

)

select * from graph
