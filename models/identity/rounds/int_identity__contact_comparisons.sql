with

identifier_contacts as (

    select
        identifier_type,
        identifier_value,
        contact_id
    from {{ ref('int_identity__identifier_contacts') }}

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
        name_letters_per_typing_error,
        max_birth_years_apart
    from {{ ref('identifier_types') }}

),

-- Pairs of contacts stay few: the hub limit caps the contacts of one identifier.
pairs as (

    select
        one.identifier_type,
        one.identifier_value,
        one.contact_id,
        other.contact_id as other_contact_id
    from identifier_contacts as one
    inner join identifier_contacts as other
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

contact_comparisons as (

    select
        pairs.identifier_type,
        pairs.identifier_value,
        pairs.contact_id,
        pairs.other_contact_id,
        coalesce(one.birth_date = other.birth_date, false) as are_births_equal,
        {{ births_apart('one', 'other', 'types') }} as are_births_apart,
        {{ same_person(
            'one',
            'other',
            'types',
            'name_variants',
            shares_trusted='coalesce(agreement.shares_trusted, false)',
            shares_all='coalesce(agreement.shares_all, false)',
        ) }} as is_same_person
    from pairs
    inner join types on pairs.identifier_type = types.identifier_type
    left join contacts as one on pairs.contact_id = one.contact_id
    left join contacts as other on pairs.other_contact_id = other.contact_id
    left join agreement
        on
            pairs.contact_id = agreement.contact_id
            and pairs.other_contact_id = agreement.other_contact_id
    left join name_variants on {{ are_name_variants('name_variants', 'one', 'other') }}
    where types.resolution_round = 1

)

select * from contact_comparisons
