{% set identifier = ['identifier_type', 'identifier_value'] %}

with

identifier_usage as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_usage') }}
    where contact_count > 1 and hub_reason is null

),

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

named_contacts as (

    select
        record_node,
        contact_id
    from {{ ref('int_identity__named_contacts') }}

),

contacts as (

    select
        contact_id,
        first_name,
        first_word,
        last_name,
        birth_date
    from {{ ref('int_identity__contact_people') }}

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
        resolution_round,
        is_personal,
        max_people_per_identifier,
        name_letters_per_typing_error,
        max_birth_years_apart
    from {{ ref('identifier_types') }}

),

carriers as (

    select distinct
        identifier_usage.identifier_type,
        identifier_usage.identifier_value,
        named_contacts.contact_id
    from identifier_usage
    inner join record_identifiers
        on
            identifier_usage.identifier_type = record_identifiers.identifier_type
            and identifier_usage.identifier_value = record_identifiers.identifier_value
    inner join named_contacts
        on record_identifiers.record_node = named_contacts.record_node
    inner join types on identifier_usage.identifier_type = types.identifier_type
    where types.resolution_round = 1 or types.is_personal

),

described as (

    select
        carriers.identifier_type,
        carriers.identifier_value,
        carriers.contact_id,
        contacts.first_name,
        contacts.first_word,
        contacts.last_name,
        contacts.birth_date,
        types.resolution_round,
        types.is_personal,
        types.max_people_per_identifier,
        types.name_letters_per_typing_error,
        types.max_birth_years_apart
    from carriers
    inner join types on carriers.identifier_type = types.identifier_type
    left join contacts on carriers.contact_id = contacts.contact_id

),

-- Pairs of contacts stay few: the hub limit caps the contacts of one identifier.
pairs as (

    select
        one.identifier_type,
        one.identifier_value,
        one.contact_id,
        other.contact_id as other_contact_id
    from described as one
    inner join described as other
        on
            one.identifier_type = other.identifier_type
            and one.identifier_value = other.identifier_value
            and one.contact_id <> other.contact_id

),

-- What else two contacts share. A type without a limit of birth years is trusted over names.
agreement as (

    select
        pairs.contact_id,
        pairs.other_contact_id,
        max(case when types.max_birth_years_apart is null then 1 else 0 end) = 1 as shares_trusted,
        count(distinct pairs.identifier_type) >= {{ var('agreeing_identifier_types', 3) }}
            as shares_all
    from pairs
    inner join types on pairs.identifier_type = types.identifier_type
    where types.is_personal
    group by pairs.contact_id, pairs.other_contact_id

),

compared as (

    select
        one.identifier_type,
        one.identifier_value,
        one.contact_id,
        other.contact_id as other_contact_id,
        one.is_personal,
        coalesce(one.birth_date = other.birth_date, false) as are_births_equal,
        {{ births_apart('one', 'other', 'one') }} as are_births_apart,
        {{ same_person(
            'one',
            'other',
            'one',
            'name_variants',
            shares_trusted='coalesce(agreement.shares_trusted, false)',
            shares_all='coalesce(agreement.shares_all, false)',
        ) }} as is_same_person
    from pairs
    inner join described as one
        on
            pairs.identifier_type = one.identifier_type
            and pairs.identifier_value = one.identifier_value
            and pairs.contact_id = one.contact_id
    inner join described as other
        on
            pairs.identifier_type = other.identifier_type
            and pairs.identifier_value = other.identifier_value
            and pairs.other_contact_id = other.contact_id
    left join agreement
        on
            pairs.contact_id = agreement.contact_id
            and pairs.other_contact_id = agreement.other_contact_id
    left join name_variants on {{ are_name_variants('name_variants', 'one', 'other') }}
    where one.resolution_round = 1

),

contradicted as (

    {{ contradicted_members('compared', 'contact_id', identifier) }}

),

alike as (

    select
        compared.identifier_type,
        compared.identifier_value,
        compared.contact_id,
        compared.other_contact_id
    from compared
    left join contradicted as one
        on
            compared.identifier_type = one.identifier_type
            and compared.identifier_value = one.identifier_value
            and compared.contact_id = one.contact_id
    left join contradicted as other
        on
            compared.identifier_type = other.identifier_type
            and compared.identifier_value = other.identifier_value
            and compared.other_contact_id = other.contact_id
    where
        compared.is_same_person
        and (one.contact_id is null) = (other.contact_id is null)

),

labelled as (

    select
        identifier_type,
        identifier_value,
        contact_id,
        contact_id as person_label
    from described
    where resolution_round = 1

),

first_likeness as (

    {{ propagate_label('labelled', 'alike', 'contact_id', identifier) }}

),

people as (

    {{ propagate_label('first_likeness', 'alike', 'contact_id', identifier) }}

),

-- Where nothing is known of a contact, a personal identifier is given the benefit of the doubt, an
-- order key is not.
conflicts as (

    select distinct
        compared.identifier_type,
        compared.identifier_value
    from compared
    inner join people as one
        on
            compared.identifier_type = one.identifier_type
            and compared.identifier_value = one.identifier_value
            and compared.contact_id = one.contact_id
    inner join people as other
        on
            compared.identifier_type = other.identifier_type
            and compared.identifier_value = other.identifier_value
            and compared.other_contact_id = other.contact_id
    where
        one.person_label <> other.person_label
        and case
            when compared.is_personal then compared.is_same_person = false
            else coalesce(compared.is_same_person, false) = false
        end

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
