with

candidate_components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__candidate_components') }}

),

clusters as (

    select
        node_id,
        cluster_id
    from {{ ref('int_identity__conflict_clusters') }}

),

components as (

    select
        candidate_components.node_id,
        coalesce(clusters.cluster_id, candidate_components.component_id) as component_id
    from candidate_components
    left join clusters on candidate_components.node_id = clusters.node_id

)

select * from components
