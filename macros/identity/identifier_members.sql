{#-
    The query of who shares the identifiers of a later round: parties, and what the rounds before
    know of each.

    A *party* is what the rounds before tie together. It is known by the first names of its
    contacts, or by an identifier that tells people apart (an e-mail address that is no
    household's); with a device, by its account.

    Arguments:
        round: of seed identifier_types.
        parties: relation of nodes and their components after the round before.
    Returns: a select statement.
-#}
{% macro identifier_members(round, parties) -%}
with

types as (

    select
        identifier_type,
        resolution_round,
        is_personal,
        tells_people_apart
    from {{ ref('identifier_types') }}

),

all_carried as (

    select
        record_node,
        identifier_type,
        identifier_value,
        spell,
        rejection_reason
    from {{ ref('int_identity__carried_identifiers') }}

),

household_identifiers as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__household_identifiers') }}

),

contact_people as (

    select
        record_node,
        first_name
    from {{ ref('int_identity__contact_people') }}

),

strong_edges as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__round_1_edges') }}
    where rejection_reason is null

),

parties as (

    select
        node_id,
        component_id as party_id
    from {{ parties }}

),

carried as (

    select distinct
        all_carried.identifier_type,
        all_carried.identifier_value,
        coalesce(all_carried.spell, '') as spell,
        parties.party_id,
        types.is_personal
    from all_carried
    inner join types on all_carried.identifier_type = types.identifier_type
    inner join parties on all_carried.record_node = parties.node_id
    where types.resolution_round = {{ round }} and all_carried.rejection_reason is null

),

-- Most identifiers are one party's, and need no judgement.
shared as (

    select
        identifier_type,
        identifier_value,
        spell
    from carried
    group by identifier_type, identifier_value, spell
    having count(*) > 1

),

named as (

    select distinct parties.party_id
    from contact_people
    inner join parties on contact_people.record_node = parties.node_id
    where contact_people.first_name is not null

),

told_apart as (

    select distinct parties.party_id
    from strong_edges
    inner join types on strong_edges.identifier_type = types.identifier_type
    inner join parties on strong_edges.record_node = parties.node_id
    left join household_identifiers
        on
            strong_edges.identifier_type = household_identifiers.identifier_type
            and strong_edges.identifier_value = household_identifiers.identifier_value
    where types.tells_people_apart and household_identifiers.identifier_value is null

),

accounts as (

    select distinct parties.party_id
    from strong_edges
    inner join parties on strong_edges.record_node = parties.node_id
    where strong_edges.identifier_type = 'contact_key'

),

in_households as (

    select distinct parties.party_id
    from all_carried
    inner join household_identifiers
        on
            all_carried.identifier_type = household_identifiers.identifier_type
            and all_carried.identifier_value = household_identifiers.identifier_value
    inner join parties on all_carried.record_node = parties.node_id

),

members as (

    select
        carried.identifier_type,
        carried.identifier_value,
        carried.spell,
        carried.party_id,
        (
            named.party_id is not null
            or told_apart.party_id is not null
            or (not carried.is_personal and accounts.party_id is not null)
        ) as is_known,
        in_households.party_id is not null as is_in_household
    from carried
    inner join shared
        on
            carried.identifier_type = shared.identifier_type
            and carried.identifier_value = shared.identifier_value
            and carried.spell = shared.spell
    left join named on carried.party_id = named.party_id
    left join told_apart on carried.party_id = told_apart.party_id
    left join accounts on carried.party_id = accounts.party_id
    left join in_households on carried.party_id = in_households.party_id

)

select * from members
{%- endmacro %}
