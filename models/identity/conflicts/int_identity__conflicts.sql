with

edge_candidates as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__edge_candidates') }}
    where rejection_reason is null

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__candidate_components') }}

),

records as (

    select
        record_type,
        record_id,
        record_node
    from {{ ref('int_identity__records') }}

),

types as (

    select
        identifier_type,
        priority,
        is_unique,
        max_identifiers_per_customer
    from {{ ref('identifier_types') }}
    where is_unique or max_identifiers_per_customer is not null

),

superseded as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_periods') }}
    where not is_current

),

unmerges as (

    select
        source_system,
        request_key,
        record_type,
        record_id,
        other_record_type,
        other_record_id
    from {{ ref('unmerges') }}

),

limits as (

    select
        identifier_type,
        priority as first_level,
        case when is_unique then 1 else max_identifiers_per_customer end as max_sides,
        case when is_unique then 'unique_identifier' else 'too_many_identifiers' end
            as conflict_type
    from types

),

-- A limit is of what a customer has, not of what they ever had.
carried as (

    select
        components.component_id,
        edge_candidates.record_node,
        edge_candidates.identifier_type,
        edge_candidates.identifier_value
    from edge_candidates
    inner join limits on edge_candidates.identifier_type = limits.identifier_type
    inner join components on edge_candidates.record_node = components.node_id
    left join superseded
        on
            edge_candidates.record_node = superseded.record_node
            and edge_candidates.identifier_type = superseded.identifier_type
            and edge_candidates.identifier_value = superseded.identifier_value
    where superseded.record_node is null

),

-- Counting rows first keeps the dear count of values to the few customers who have many.
crowded as (

    select
        carried.component_id,
        carried.identifier_type
    from carried
    inner join limits on carried.identifier_type = limits.identifier_type
    group by carried.component_id, carried.identifier_type, limits.max_sides
    having count(*) > limits.max_sides

),

over_limit as (

    select
        carried.component_id,
        carried.identifier_type
    from carried
    inner join crowded
        on
            carried.component_id = crowded.component_id
            and carried.identifier_type = crowded.identifier_type
    inner join limits on carried.identifier_type = limits.identifier_type
    group by carried.component_id, carried.identifier_type, limits.max_sides
    having count(distinct carried.identifier_value) > limits.max_sides

),

identifier_conflicts as (

    select
        carried.component_id,
        'identifiers|' || carried.identifier_type as conflict_id,
        limits.conflict_type,
        limits.first_level,
        limits.max_sides,
        {{ hash_bigint('carried.identifier_value') }} as side,
        carried.record_node
    from carried
    inner join over_limit
        on
            carried.component_id = over_limit.component_id
            and carried.identifier_type = over_limit.identifier_type
    inner join limits on carried.identifier_type = limits.identifier_type

),

separated as (

    select
        'unmerge|' || {{ qualified_id('unmerges.source_system', 'unmerges.request_key') }}
            as conflict_id,
        one.record_node,
        other.record_node as other_record_node,
        component_one.component_id
    from unmerges
    inner join records as one
        on
            unmerges.record_type = one.record_type
            and unmerges.record_id = one.record_id
    inner join records as other
        on
            unmerges.other_record_type = other.record_type
            and unmerges.other_record_id = other.record_id
    inner join components as component_one on one.record_node = component_one.node_id
    inner join components as component_other
        on
            other.record_node = component_other.node_id
            and component_one.component_id = component_other.component_id
    where one.record_node <> other.record_node

),

-- A request stands above all evidence, so it counts from the first level on.
unmerge_conflicts as (

    select
        component_id,
        conflict_id,
        'unmerge_request' as conflict_type,
        1 as first_level,
        1 as max_sides,
        record_node as side,
        record_node
    from separated
    union all
    select
        component_id,
        conflict_id,
        'unmerge_request' as conflict_type,
        1 as first_level,
        1 as max_sides,
        other_record_node as side,
        other_record_node as record_node
    from separated

),

conflicts as (

    select
        component_id,
        conflict_id,
        conflict_type,
        first_level,
        max_sides,
        side,
        record_node
    from identifier_conflicts
    union all
    select
        component_id,
        conflict_id,
        conflict_type,
        first_level,
        max_sides,
        side,
        record_node
    from unmerge_conflicts

)

select * from conflicts
