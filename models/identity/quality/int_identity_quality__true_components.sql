{{ config(materialized='connected_components') }} -- the same loop as for the customers

with

ties as (

    select
        node_a,
        node_b
    from {{ ref('int_identity_quality__true_ties') }}

)

select * from ties
