with

carried as (

    select
        record_node,
        identifier_type,
        identifier_value,
        spell,
        record_count,
        rejection_reason
    from {{ ref('int_identity__carried_identifiers') }}

),

named_contacts as (

    select
        record_node,
        identifier_value as contact_id
    from carried
    where identifier_type = 'contact_key' and rejection_reason is null

),

identifier_people as (

    select
        identifier_type,
        identifier_value,
        contact_id,
        person,
        is_shared
    from {{ ref('int_identity__identifier_people') }}

),

types as (

    select
        identifier_type,
        priority,
        resolution_round,
        identifies_person
    from {{ ref('identifier_types') }}

),

households as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__household_identifiers') }}

),

shared_identifiers as (

    select distinct
        identifier_type,
        identifier_value
    from identifier_people
    where is_shared

),

judged as (

    select
        carried.record_node,
        carried.identifier_type,
        carried.identifier_value,
        carried.record_count,
        coalesce(
            case
                when households.identifier_value is not null
                    then coalesce(identifier_people.person, named_contacts.contact_id)
                when identifier_people.is_shared then identifier_people.person
            end,
            carried.spell
        ) as share,
        coalesce(
            carried.rejection_reason,
            -- Who of the household ordered as a guest, nobody can tell.
            case
                when
                    households.identifier_value is not null and named_contacts.contact_id is null
                    then 'household_address'
                when
                    shared_identifiers.identifier_value is not null
                    and identifier_people.person is null
                    and carried.spell is null
                    then 'shared_by_several_people'
            end
        ) as rejection_reason
    from carried
    left join named_contacts on carried.record_node = named_contacts.record_node
    left join households
        on
            carried.identifier_type = households.identifier_type
            and carried.identifier_value = households.identifier_value
    left join shared_identifiers
        on
            carried.identifier_type = shared_identifiers.identifier_type
            and carried.identifier_value = shared_identifiers.identifier_value
    left join identifier_people
        on
            carried.identifier_type = identifier_people.identifier_type
            and carried.identifier_value = identifier_people.identifier_value
            and named_contacts.contact_id = identifier_people.contact_id

),

-- What else ties a record to somebody: an identifier of a person, or any other that such a record
-- carries as well. An answer to a guest's order, of which nothing else is known, is nobody.
personal as (

    select distinct judged.record_node
    from judged
    inner join types on judged.identifier_type = types.identifier_type
    where judged.rejection_reason is null and types.identifies_person

),

carried_by_persons as (

    select distinct
        judged.identifier_type,
        judged.identifier_value
    from judged
    inner join personal on judged.record_node = personal.record_node
    where judged.rejection_reason is null and judged.record_count > 1

),

anchored as (

    select record_node
    from personal
    union distinct
    select judged.record_node
    from judged
    inner join carried_by_persons
        on
            judged.identifier_type = carried_by_persons.identifier_type
            and judged.identifier_value = carried_by_persons.identifier_value
    where judged.rejection_reason is null

),

-- A record with nothing but shared identifiers keeps the best of them, apart from the people who
-- are known under it: a family's guest orders are one unnamed customer then, not twenty. It cannot
-- join two people, since it has no other tie.
stranded as (

    select
        judged.record_node,
        judged.identifier_type,
        judged.identifier_value,
        row_number() over (
            partition by judged.record_node
            order by types.priority, judged.identifier_value
        ) as choice
    from judged
    inner join types on judged.identifier_type = types.identifier_type
    left join anchored on judged.record_node = anchored.record_node
    where
        judged.rejection_reason = 'shared_by_several_people'
        and anchored.record_node is null

),

decided as (

    select
        judged.record_node,
        judged.identifier_type,
        judged.identifier_value,
        judged.record_count,
        case when stranded.choice = 1 then 'unnamed' else judged.share end as share,
        case when stranded.choice = 1 then null else judged.rejection_reason end
            as rejection_reason
    from judged
    left join stranded
        on
            judged.record_node = stranded.record_node
            and judged.identifier_type = stranded.identifier_type
            and judged.identifier_value = stranded.identifier_value

),

first_round as (

    select
        decided.record_node,
        decided.identifier_type,
        decided.identifier_value,
        decided.share,
        decided.record_count,
        decided.rejection_reason
    from decided
    left join types on decided.identifier_type = types.identifier_type
    -- A type that the seed does not know is told of here.
    where coalesce(types.resolution_round, 1) = 1

),

edges as (

    select
        record_node,
        {{ identifier_node('identifier_type', 'identifier_value', 'share') }} as identifier_node,
        identifier_type,
        identifier_value,
        share,
        record_count,
        rejection_reason
    from first_round

)

select * from edges
