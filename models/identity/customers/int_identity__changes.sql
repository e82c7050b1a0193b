with

moves as (

    select
        change_type,
        old_customer_id,
        new_customer_id,
        record_count
    from {{ ref('int_identity__customer_moves') }}

),

crosswalk_before as (

    select
        record_node,
        customer_id,
        written_by
    from {{ ref('int_identity__crosswalk_before') }}

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

edge_decisions as (

    select
        record_node,
        identifier_node,
        identifier_type,
        identifier_value,
        rejection_reason
    from {{ ref('int_identity__edge_decisions') }}

),

links as (

    select
        record_node,
        other_record_node,
        link_node,
        rejection_reason
    from {{ ref('int_identity__probabilistic_links') }}

),

types as (

    select
        identifier_type,
        priority
    from {{ ref('identifier_types') }}

),

versions as (

    select coalesce(max(written_by), 'first') as written_by
    from crosswalk_before

),

-- The records that a change is about: all of the customers that it ends or begins with. One side is
-- the customer who went on in another, or who was split off.
concerned as (

    select
        moves.change_type,
        moves.old_customer_id,
        moves.new_customer_id,
        customer_records.record_node,
        coalesce(crosswalk_before.customer_id = moves.old_customer_id, false) as is_one_side
    from moves
    inner join customer_records on moves.new_customer_id = customer_records.customer_id
    left join crosswalk_before on customer_records.record_node = crosswalk_before.record_node
    where moves.change_type = 'merge'
    union all
    select
        moves.change_type,
        moves.old_customer_id,
        moves.new_customer_id,
        customer_records.record_node,
        customer_records.customer_id = moves.new_customer_id as is_one_side
    from moves
    inner join crosswalk_before on moves.old_customer_id = crosswalk_before.customer_id
    inner join customer_records on crosswalk_before.record_node = customer_records.record_node
    where moves.change_type = 'split'

),

link_ends as (

    select
        record_node,
        link_node,
        rejection_reason
    from links
    union all
    select
        other_record_node as record_node,
        link_node,
        rejection_reason
    from links

),

evidence as (

    select
        concerned.change_type,
        concerned.old_customer_id,
        concerned.new_customer_id,
        edge_decisions.identifier_type,
        edge_decisions.identifier_node,
        edge_decisions.rejection_reason,
        concerned.is_one_side,
        -- Rejected as shared, a value has no node in common any more.
        case concerned.change_type
            when 'merge' then cast(edge_decisions.identifier_node as string)
            else edge_decisions.identifier_value
        end as shared_key
    from concerned
    inner join edge_decisions on concerned.record_node = edge_decisions.record_node
    where concerned.change_type = 'split' or edge_decisions.rejection_reason is null
    union all
    select
        concerned.change_type,
        concerned.old_customer_id,
        concerned.new_customer_id,
        'probabilistic' as identifier_type,
        link_ends.link_node as identifier_node,
        link_ends.rejection_reason,
        concerned.is_one_side,
        cast(link_ends.link_node as string) as shared_key
    from concerned
    inner join link_ends on concerned.record_node = link_ends.record_node
    where concerned.change_type = 'split' or link_ends.rejection_reason is null

),

-- A merge rests on an accepted identifier (or probabilistic link) of records of the old customer
-- and of others, a split on one that both sides carry and that one lost, or that was divided.
causes as (

    select
        change_type,
        old_customer_id,
        new_customer_id,
        identifier_type,
        min(identifier_node) as identifier_node,
        case
            when min(rejection_reason) is not null then min(rejection_reason)
            -- Each side has a share of its own now.
            when change_type = 'split' then 'shared_by_several_people'
        end as rejection_reason
    from evidence
    group by change_type, old_customer_id, new_customer_id, identifier_type, shared_key
    having
        min(case when is_one_side then 1 else 0 end) = 0
        and max(case when is_one_side then 1 else 0 end) = 1
        and (
            change_type = 'merge'
            or min(rejection_reason) is not null
            or min(identifier_node) <> max(identifier_node)
        )

),

ranked_causes as (

    select
        causes.change_type,
        causes.old_customer_id,
        causes.new_customer_id,
        causes.identifier_type,
        causes.identifier_node,
        causes.rejection_reason,
        row_number() over (
            partition by causes.change_type, causes.old_customer_id, causes.new_customer_id
            order by
                -- A link is no identifier: it comes behind all that are.
                case when types.priority is null then 1 else 0 end,
                types.priority,
                causes.identifier_node
        ) as cause_rank
    from causes
    left join types on causes.identifier_type = types.identifier_type

),

changes as (

    select
        md5(
            versions.written_by || '|' || moves.change_type
            || '|' || coalesce(moves.old_customer_id, '') || '|' || moves.new_customer_id
        ) as change_id,
        moves.change_type,
        moves.old_customer_id,
        moves.new_customer_id,
        moves.record_count,
        ranked_causes.identifier_type,
        ranked_causes.identifier_node,
        case
            when moves.change_type = 'create' then 'new_records'
            when ranked_causes.identifier_type is null then 'records_changed'
            when ranked_causes.rejection_reason is not null then ranked_causes.rejection_reason
            when ranked_causes.identifier_type = 'probabilistic' then 'probabilistic_link'
            else 'shared_identifier'
        end as cause,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as changed_at,
        '{{ invocation_id }}' as run_id
    from moves
    cross join versions
    left join ranked_causes
        on
            moves.change_type = ranked_causes.change_type
            and moves.old_customer_id = ranked_causes.old_customer_id
            and moves.new_customer_id = ranked_causes.new_customer_id
            and ranked_causes.cause_rank = 1

)

select * from changes
