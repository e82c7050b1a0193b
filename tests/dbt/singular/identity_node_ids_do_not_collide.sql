-- A row is a node id that two different records or identifiers share: they would be taken for one.
with

nodes as (

    select
        record_node as node_id,
        record_type || '|' || record_id as node_name
    from {{ ref('int_identity__records') }}
    union all
    select
        identifier_node as node_id,
        md5(identifier_type) || md5(identifier_value) || md5(coalesce(share, '')) as node_name
    from {{ ref('int_identity__edges') }}

),

collisions as (

    select
        node_id,
        count(distinct node_name) as name_count
    from nodes
    group by node_id
    having count(distinct node_name) > 1

)

select * from collisions
