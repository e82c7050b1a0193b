{{ config(materialized='view') }} -- a filter, not worth a copy of the largest table of this folder

with

edge_decisions as (

    select
        record_node,
        identifier_type,
        identifier_value,
        rejection_reason
    from {{ ref('int_identity__edge_decisions') }}
    where rejection_reason is not null

),

records as (

    select
        record_type,
        record_id,
        record_node
    from {{ ref('int_identity__records') }}

),

rejected as (

    select
        records.record_type,
        records.record_id,
        edge_decisions.identifier_type,
        edge_decisions.identifier_value,
        edge_decisions.rejection_reason
    from edge_decisions
    inner join records on edge_decisions.record_node = records.record_node

)

select * from rejected
