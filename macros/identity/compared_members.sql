{#-
    The query of the pairs of known members of an identifier of a later round, in both orders, and
    of what their contact records say of them.

    Arguments:
        members: relation of the query of `identifier_members`.
        parties: relation of nodes and their components after the round before.
    Returns: a select statement.
-#}
{% macro compared_members(members, parties) -%}
with

members as (

    select
        identifier_type,
        identifier_value,
        spell,
        party_id
    from {{ members }}
    where is_known

),

parties as (

    select
        node_id,
        component_id as party_id
    from {{ parties }}

),

contact_people as (

    select
        record_node,
        first_name,
        first_word,
        last_name,
        birth_date
    from {{ ref('int_identity__contact_people') }}
    where first_name is not null

),

name_variants as (

    select
        first_name,
        variant
    from {{ ref('name_variants') }}

),

types as (

    select
        identifier_type,
        name_letters_per_typing_error,
        max_birth_years_apart
    from {{ ref('identifier_types') }}

),

named_members as (

    select distinct
        members.identifier_type,
        members.identifier_value,
        members.spell,
        members.party_id,
        contact_people.first_name,
        contact_people.first_word,
        contact_people.last_name,
        contact_people.birth_date
    from members
    inner join parties on members.party_id = parties.party_id
    inner join contact_people on parties.node_id = contact_people.record_node

),

-- The limit of records of an identifier caps the pairs; most have few members.
contact_comparisons as (

    select
        one.identifier_type,
        one.identifier_value,
        one.spell,
        one.party_id,
        other.party_id as other_party_id,
        one.birth_date is not null and other.birth_date is not null as are_births_known,
        coalesce(one.birth_date = other.birth_date, false) as are_births_equal,
        {{ births_apart('one', 'other', 'types') | indent(8) }} as are_births_apart,
        {{ same_person('one', 'other', 'types', 'name_variants') | indent(8) }} as is_same_person
    from named_members as one
    inner join named_members as other
        on
            one.identifier_type = other.identifier_type
            and one.identifier_value = other.identifier_value
            and one.spell = other.spell
            and one.party_id <> other.party_id
    inner join types on one.identifier_type = types.identifier_type
    left join name_variants on {{ are_name_variants('name_variants', 'one', 'other') }}

),

-- A pair of contacts whose birth dates speak decides over one that lacks a date.
comparisons as (

    select
        identifier_type,
        identifier_value,
        spell,
        party_id,
        other_party_id,
        case
            when max(case when is_same_person and are_births_known then 1 else 0 end) = 1 then true
            when max(case when are_births_apart then 1 else 0 end) = 1 then false
            when max(case when is_same_person then 1 else 0 end) = 1 then true
            else false
        end as is_same_person,
        max(case when are_births_equal then 1 else 0 end) = 1 as are_births_equal,
        max(case when are_births_apart then 1 else 0 end) = 1 as are_births_apart
    from contact_comparisons
    group by identifier_type, identifier_value, spell, party_id, other_party_id

)

select * from comparisons
{%- endmacro %}
