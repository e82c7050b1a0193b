with

tie_tree as (

    select
        node_id,
        root_id,
        depth,
        parent_id,
        weight_below,
        mark_below,
        is_bridge
    from {{ ref('int_identity_quality__tie_tree') }}

),

edges as (

    select
        record_node,
        identifier_node,
        identifier_type
    from {{ ref('int_identity__edges') }}
    where record_count > 1

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

-- A tree that was not walked to its end cannot tell what is a ring.
unfinished as (

    select distinct root_id
    from tie_tree
    where depth is null

),

wholes as (

    select
        tie_tree.root_id,
        tie_tree.weight_below as record_count,
        tie_tree.mark_below as contact_count
    from tie_tree
    left join unfinished on tie_tree.root_id = unfinished.root_id
    where tie_tree.depth = 0 and unfinished.root_id is null

),

-- Below a bridge that hangs on an identifier there is a record, and the other way round.
split as (

    select
        tie_tree.node_id,
        tie_tree.parent_id,
        least(tie_tree.weight_below, wholes.record_count - tie_tree.weight_below)
            as split_record_count,
        least(tie_tree.mark_below, wholes.contact_count - tie_tree.mark_below)
            as split_contact_count
    from tie_tree
    inner join wholes on tie_tree.root_id = wholes.root_id
    where tie_tree.is_bridge

),

placed as (

    select
        edges.record_node,
        edges.identifier_node,
        edges.identifier_type,
        split.split_record_count,
        split.split_contact_count
    from split
    inner join edges
        on split.node_id = edges.record_node and split.parent_id = edges.identifier_node
    union all
    select
        edges.record_node,
        edges.identifier_node,
        edges.identifier_type,
        split.split_record_count,
        split.split_contact_count
    from split
    inner join edges
        on split.node_id = edges.identifier_node and split.parent_id = edges.record_node

),

bridges as (

    select
        customer_records.customer_id,
        placed.record_node,
        placed.identifier_node,
        placed.identifier_type,
        placed.split_record_count,
        placed.split_contact_count
    from placed
    inner join customer_records on placed.record_node = customer_records.record_node
    where placed.split_record_count > 0

)

select * from bridges
