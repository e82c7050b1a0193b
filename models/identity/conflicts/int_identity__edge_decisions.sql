with

edge_candidates as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from {{ ref('int_identity__edge_candidates') }}

),

clusters as (

    select
        node_id,
        cluster_id,
        conflict_type
    from {{ ref('int_identity__conflict_clusters') }}

),

edge_decisions as (

    select
        edge_candidates.record_node,
        edge_candidates.identifier_node,
        edge_candidates.identifier_type,
        edge_candidates.identifier_value,
        edge_candidates.share,
        edge_candidates.record_count,
        coalesce(
            edge_candidates.rejection_reason,
            case
                when record_clusters.cluster_id <> identifier_clusters.cluster_id
                    then record_clusters.conflict_type
            end
        ) as rejection_reason
    from edge_candidates
    left join clusters as record_clusters
        on edge_candidates.record_node = record_clusters.node_id
    left join clusters as identifier_clusters
        on edge_candidates.identifier_node = identifier_clusters.node_id

)

select * from edge_decisions
