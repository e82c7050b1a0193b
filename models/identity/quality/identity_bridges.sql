with

tie_tree as (

    select
        node_id,
        root_id,
        depth
    from {{ ref('int_identity_quality__tie_tree') }}

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

bridges as (

    select
        customer_id,
        record_node,
        identifier_node,
        identifier_type,
        split_record_count,
        split_contact_count
    from {{ ref('int_identity_quality__bridges') }}

),

types as (

    select
        identifier_type,
        priority
    from {{ ref('identifier_types') }}

),

unfinished as (

    select distinct root_id
    from tie_tree
    where depth is null

),

tied as (

    select
        customer_records.customer_id,
        count(*) as record_count,
        max(case when unfinished.root_id is null then 0 else 1 end) = 0 as is_evaluated
    from tie_tree
    inner join customer_records on tie_tree.node_id = customer_records.record_node
    left join unfinished on tie_tree.root_id = unfinished.root_id
    group by customer_records.customer_id
    having count(*) > 1

),

-- The weakest: rather one between two contact records than one that only an order hangs on, then
-- the least trusted type, then the one that takes most with it.
ranked as (

    select
        bridges.customer_id,
        bridges.identifier_type,
        bridges.split_record_count,
        bridges.split_contact_count,
        row_number() over (
            partition by bridges.customer_id
            order by
                case when bridges.split_contact_count > 0 then 0 else 1 end asc,
                types.priority desc,
                bridges.split_record_count desc,
                bridges.record_node asc,
                bridges.identifier_node asc
        ) as weakness_rank
    from bridges
    inner join types on bridges.identifier_type = types.identifier_type

),

summed as (

    select
        customer_id,
        count(*) as bridge_count,
        sum(case when split_contact_count > 0 then 1 else 0 end) as contact_bridge_count,
        max(case when weakness_rank = 1 then identifier_type end) as weakest_identifier_type,
        max(case when weakness_rank = 1 then split_record_count end) as weakest_record_count,
        max(case when weakness_rank = 1 then split_contact_count end) as weakest_contact_count
    from ranked
    group by customer_id

),

described as (

    select
        tied.customer_id,
        tied.record_count,
        tied.is_evaluated,
        cast(
            case when tied.is_evaluated then coalesce(summed.contact_bridge_count, 0) end as bigint
        ) as contact_bridge_count,
        case when not tied.is_evaluated then 'a chain of ties too long' end
            as not_evaluated_reason,
        case when tied.is_evaluated then coalesce(summed.bridge_count, 0) end as bridge_count,
        case when tied.is_evaluated then summed.weakest_identifier_type end
            as weakest_identifier_type,
        case when tied.is_evaluated then summed.weakest_record_count end as weakest_record_count,
        case when tied.is_evaluated then summed.weakest_contact_count end
            as weakest_contact_count
    from tied
    left join summed on tied.customer_id = summed.customer_id

)

select * from described
