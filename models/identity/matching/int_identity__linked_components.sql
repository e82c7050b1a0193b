{{ config(
    materialized='connected_components',
    enabled=var('probabilistic_matching', false),
) }} -- the loop that no single query can be

with

links as (

    select
        component_id,
        other_component_id
    from {{ ref('int_identity__probabilistic_links') }}
    where rejection_reason is null

),

graph as (

    select
        component_id as node_a,
        other_component_id as node_b
    from links

)

select * from graph
