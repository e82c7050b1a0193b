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
        contact_id
    from {{ ref('int_identity__named_contacts') }}

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

periods as (

    select
        record_node,
        identifier_type,
        identifier_value,
        first_seen_at,
        replaced_at
    from {{ ref('int_identity__identifier_periods') }}

),

records as (

    select
        record_type,
        record_id,
        record_node,
        first_seen_at
    from {{ ref('int_identity__records') }}

),

shared_identifiers as (

    select distinct
        identifier_type,
        identifier_value
    from identifier_people
    where is_shared

),

-- From when until when each of several people had the identifier; without an end they still do.
holders as (

    select
        identifier_people.identifier_type,
        identifier_people.identifier_value,
        identifier_people.person,
        min(coalesce(periods.first_seen_at, records.first_seen_at)) as held_from,
        case
            when count(periods.replaced_at) = count(*) then max(periods.replaced_at)
        end as held_until
    from identifier_people
    inner join records
        on
            records.record_type = 'contact'
            and identifier_people.contact_id = records.record_id
    left join periods
        on
            records.record_node = periods.record_node
            and identifier_people.identifier_type = periods.identifier_type
            and identifier_people.identifier_value = periods.identifier_value
    where identifier_people.is_shared
    group by
        identifier_people.identifier_type,
        identifier_people.identifier_value,
        identifier_people.person

),

given_up as (

    select distinct
        identifier_type,
        identifier_value
    from holders
    where held_until is not null

),

-- A guest's record under an identifier that went from one person to another is of who had it at the
-- time; where nobody had, of who had it next, else of who had it last.
held as (

    select
        carried.record_node,
        carried.identifier_type,
        carried.identifier_value,
        holders.person,
        holders.held_from,
        holders.held_until,
        case
            when holders.held_from > records.first_seen_at then 2
            when holders.held_until <= records.first_seen_at then 3
            else 1
        end as nearness
    from carried
    inner join given_up
        on
            carried.identifier_type = given_up.identifier_type
            and carried.identifier_value = given_up.identifier_value
    inner join holders
        on
            carried.identifier_type = holders.identifier_type
            and carried.identifier_value = holders.identifier_value
    inner join records on carried.record_node = records.record_node
    left join named_contacts on carried.record_node = named_contacts.record_node
    where named_contacts.contact_id is null

),

ranked_holders as (

    select
        record_node,
        identifier_type,
        identifier_value,
        person,
        count(case when nearness = 1 then 1 end) over (
            partition by record_node, identifier_type, identifier_value
        ) as holder_count,
        row_number() over (
            partition by record_node, identifier_type, identifier_value
            order by
                nearness asc,
                case when nearness = 2 then held_from end asc,
                case when nearness = 3 then held_until end desc,
                person asc
        ) as holder_rank
    from held

),

owners as (

    select
        record_node,
        identifier_type,
        identifier_value,
        person
    from ranked_holders
    where holder_rank = 1 and holder_count <= 1

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
                else owners.person
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
                    and owners.person is null
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
    left join owners
        on
            carried.record_node = owners.record_node
            and carried.identifier_type = owners.identifier_type
            and carried.identifier_value = owners.identifier_value

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
