{% set identifier = ['identifier_type', 'identifier_value'] %}

with

comparisons as (

    select
        identifier_type,
        identifier_value,
        contact_id,
        other_contact_id,
        is_same_person
    from {{ ref('int_identity__contact_comparisons') }}

),

likenesses as (

    select
        identifier_type,
        identifier_value,
        contact_id,
        other_contact_id
    from {{ ref('int_identity__contact_likenesses') }}

),

types as (

    select
        identifier_type,
        is_personal,
        max_people_per_identifier
    from {{ ref('identifier_types') }}
    where resolution_round = 1

),

labelled as (

    select
        identifier_contacts.identifier_type,
        identifier_contacts.identifier_value,
        identifier_contacts.contact_id,
        identifier_contacts.contact_id as person_label
    from {{ ref('int_identity__identifier_contacts') }} as identifier_contacts
    inner join types on identifier_contacts.identifier_type = types.identifier_type

),

first_likeness as (

    {{ propagate_label('labelled', 'likenesses', 'contact_id', identifier) }}

),

people as (

    {{ propagate_label('first_likeness', 'likenesses', 'contact_id', identifier) }}

),

-- Where nothing is known of a contact, a personal identifier is given the benefit of the doubt, an
-- order key is not.
conflicts as (

    select distinct
        comparisons.identifier_type,
        comparisons.identifier_value
    from comparisons
    inner join types on comparisons.identifier_type = types.identifier_type
    inner join people as one
        on
            comparisons.identifier_type = one.identifier_type
            and comparisons.identifier_value = one.identifier_value
            and comparisons.contact_id = one.contact_id
    inner join people as other
        on
            comparisons.identifier_type = other.identifier_type
            and comparisons.identifier_value = other.identifier_value
            and comparisons.other_contact_id = other.contact_id
    where
        one.person_label <> other.person_label
        and not coalesce(comparisons.is_same_person, types.is_personal)

),

counted as (

    select
        conflicts.identifier_type,
        conflicts.identifier_value,
        count(distinct people.person_label) as people_count
    from conflicts
    inner join people
        on
            conflicts.identifier_type = people.identifier_type
            and conflicts.identifier_value = people.identifier_value
    group by conflicts.identifier_type, conflicts.identifier_value

),

identifier_people as (

    select
        people.identifier_type,
        people.identifier_value,
        people.contact_id,
        people.person_label as person,
        coalesce(counted.people_count, 1) as people_count,
        coalesce(
            coalesce(counted.people_count, 1) > types.max_people_per_identifier, false
        ) as is_shared
    from people
    inner join types on people.identifier_type = types.identifier_type
    left join counted
        on
            people.identifier_type = counted.identifier_type
            and people.identifier_value = counted.identifier_value

)

select * from identifier_people
