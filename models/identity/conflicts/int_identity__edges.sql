{{ config(materialized='view') }} -- a filter, not worth a copy of the largest table of this folder

with

edge_decisions as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count
    from {{ ref('int_identity__edge_decisions') }}
    where rejection_reason is null

)

select * from edge_decisions
