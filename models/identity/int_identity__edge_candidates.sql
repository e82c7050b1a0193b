{{ config(materialized='view') }} -- a union, not worth a copy of the largest table of this folder

with

round_1 as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from {{ ref('int_identity__round_1_edges') }}

),

round_2 as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from {{ ref('int_identity__round_2_edges') }}

),

round_3 as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from {{ ref('int_identity__round_3_edges') }}

),

edge_candidates as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from round_1
    union all
    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from round_2
    union all
    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from round_3

)

select * from edge_candidates
