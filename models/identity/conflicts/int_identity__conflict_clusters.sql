with

levels as (

    select
        node_id,
        level,
        component_id
    from {{ ref('int_identity__conflict_levels') }}

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
    from {{ ref('int_identity__conflicts') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__candidate_components') }}

),

edge_candidates as (

    select
        record_node,
        identifier_node,
        identifier_type
    from {{ ref('int_identity__edge_candidates') }}
    where rejection_reason is null and record_count > 1

),

types as (

    select
        identifier_type,
        priority
    from {{ ref('identifier_types') }}

),

records as (

    select
        record_type,
        record_id,
        record_node,
        first_seen_at
    from {{ ref('int_identity__records') }}

),

-- At these levels of trust a component holds what must not be one customer.
broken_conflicts as (

    select
        levels.level,
        levels.component_id,
        conflicts.conflict_id
    from levels
    inner join conflicts
        on
            levels.node_id = conflicts.record_node
            and levels.level >= conflicts.first_level
    group by levels.level, levels.component_id, conflicts.conflict_id, conflicts.max_sides
    having count(distinct conflicts.side) > conflicts.max_sides

),

broken as (

    select distinct
        level,
        component_id
    from broken_conflicts

),

whole_levels as (

    select
        levels.node_id,
        max(levels.level) as level
    from levels
    left join broken
        on levels.level = broken.level and levels.component_id = broken.component_id
    where broken.component_id is null
    group by levels.node_id

),

nodes as (

    select distinct node_id
    from levels

),

-- A piece is the most that the trusted identifiers tie together without a conflict. The components
-- of a level lie within those of the next, so each node has one piece; at worst it is one itself.
pieces as (

    select
        nodes.node_id,
        coalesce(levels.component_id, nodes.node_id) as piece_id
    from nodes
    left join whole_levels on nodes.node_id = whole_levels.node_id
    left join levels
        on
            whole_levels.node_id = levels.node_id
            and whole_levels.level = levels.level

),

-- An identifier whose level is broken is a piece of its own, and all its ties lead elsewhere.
crossings as (

    select distinct
        edge_candidates.identifier_node,
        types.priority as level,
        pieces.piece_id
    from edge_candidates
    inner join pieces on edge_candidates.record_node = pieces.node_id
    inner join pieces as identifiers
        on
            edge_candidates.identifier_node = identifiers.node_id
            and pieces.piece_id <> identifiers.piece_id
    inner join types on edge_candidates.identifier_type = types.identifier_type

),

sides as (

    select
        pieces.piece_id,
        conflicts.component_id,
        conflicts.conflict_type,
        row_number() over (
            partition by conflicts.component_id
            order by
                records.first_seen_at,
                records.record_id,
                records.record_type,
                conflicts.conflict_id,
                conflicts.side
        ) as age_rank
    from conflicts
    inner join pieces on conflicts.record_node = pieces.node_id
    inner join records on conflicts.record_node = records.record_node

),

side_pieces as (

    select
        piece_id,
        min(age_rank) as age_rank
    from sides
    group by piece_id

),

-- Of two whom a request keeps apart, the one known longer keeps what both carry. Where nobody knows
-- whose an identifier is, since limits are broken, it is neither's.
requested as (

    select component_id
    from sides
    group by component_id
    having min(conflict_type) = 'unmerge_request' and max(conflict_type) = 'unmerge_request'

),

claims as (

    select
        crossings.identifier_node,
        crossings.level,
        count(side_pieces.piece_id) as side_count,
        min(side_pieces.age_rank) as age_rank
    from crossings
    left join side_pieces on crossings.piece_id = side_pieces.piece_id
    group by crossings.identifier_node, crossings.level

),

owners as (

    select
        claims.identifier_node,
        claims.level,
        case
            when claims.side_count = 1 or requested.component_id is not null
                then coalesce(sides.piece_id, claims.identifier_node)
            else claims.identifier_node
        end as owner_id
    from claims
    inner join components on claims.identifier_node = components.node_id
    left join requested on components.component_id = requested.component_id
    left join sides
        on
            components.component_id = sides.component_id
            and claims.age_rank = sides.age_rank

),

-- A piece on no side goes with one of its identifiers, and so can never bring two sides together.
choices as (

    select
        crossings.piece_id,
        owners.owner_id,
        row_number() over (
            partition by crossings.piece_id
            order by
                case when owners.owner_id = owners.identifier_node then 1 else 0 end,
                crossings.level,
                crossings.identifier_node
        ) as choice
    from crossings
    inner join owners on crossings.identifier_node = owners.identifier_node
    left join side_pieces on crossings.piece_id = side_pieces.piece_id
    where side_pieces.piece_id is null

),

placed as (

    select
        pieces.node_id,
        coalesce(owners.owner_id, choices.owner_id, pieces.piece_id) as cluster_key
    from pieces
    left join owners on pieces.piece_id = owners.identifier_node
    left join choices on pieces.piece_id = choices.piece_id and choices.choice = 1

),

conflict_types as (

    select
        component_id,
        min(conflict_type) as conflict_type
    from conflicts
    group by component_id

),

clusters as (

    select
        placed.node_id,
        conflict_types.conflict_type,
        min(placed.node_id) over (partition by placed.cluster_key) as cluster_id
    from placed
    inner join components on placed.node_id = components.node_id
    inner join conflict_types on components.component_id = conflict_types.component_id

)

select * from clusters
