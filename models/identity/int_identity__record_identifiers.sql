with

raw_identifiers as (

    select
        record_node,
        source_system,
        country,
        identifier_type,
        raw_value
    from {{ ref('int_identity__raw_identifiers') }}

),

types as (

    select
        identifier_type,
        normaliser,
        scope
    from {{ ref('identifier_types') }}

),

providers as (

    select
        domain,
        canonical_domain,
        ignores_dots,
        ignores_plus_tags
    from {{ ref('email_providers') }}

),

countries as (

    select
        country,
        calling_code,
        trunk_prefix,
        international_prefix,
        min_national_digits,
        max_national_digits
    from {{ ref('phone_countries') }}

),

blocked as (

    select
        identifier_type,
        pattern,
        reason
    from {{ ref('int_identity__blocked_identifiers') }}

),

-- Two ways of writing (with and without country) may still be one value: distinct again below.
written as (

    select distinct
        raw_identifiers.record_node,
        raw_identifiers.identifier_type,
        types.normaliser,
        {{ trim_spaces('raw_identifiers.raw_value') }} as value_text,
        {{ lower_letters(trim_spaces('raw_identifiers.raw_value')) }} as lower_text,
        case when types.scope = 'source_system' then raw_identifiers.source_system end
            as scope_system,
        case when types.normaliser = 'phone' then raw_identifiers.country end as country
    from raw_identifiers
    left join types on raw_identifiers.identifier_type = types.identifier_type

),

parsed as (

    select
        record_node,
        identifier_type,
        normaliser,
        value_text,
        lower_text,
        scope_system,
        country,
        case when normaliser = 'email' then split_part(lower_text, '@', 2) end as email_domain,
        case when normaliser = 'phone' then {{ phone_digits('lower_text') }} end as digits
    from written

),

cleaned as (

    select
        parsed.record_node,
        parsed.identifier_type,
        parsed.normaliser,
        parsed.value_text,
        parsed.lower_text,
        parsed.scope_system,
        case parsed.normaliser
            when 'email'
                then {{ normalise_email(
                    'parsed.lower_text',
                    'providers.canonical_domain',
                    'providers.ignores_dots',
                    'providers.ignores_plus_tags',
                ) }}
            when 'phone'
                then {{ normalise_phone(
                    'parsed.digits', "parsed.lower_text like '+%'", 'countries'
                ) }}
            when 'code'
                then nullif(
                    {{ upper_letters(regexp_replace_all('parsed.value_text', '[- .]')) }}, ''
                )
            when 'exact' then nullif(parsed.value_text, '')
        end as clean_value
    from parsed
    left join providers on parsed.email_domain = providers.domain
    left join countries on parsed.country = countries.country

),

checkable as (

    select distinct
        identifier_type,
        {{ lower_letters('coalesce(clean_value, value_text)') }} as checked_text
    from cleaned

),

-- Placeholders for any type are compared as a whole, which is a hash join.
blocked_anywhere as (

    select
        checkable.identifier_type,
        checkable.checked_text,
        blocked.reason
    from checkable
    inner join blocked on checkable.checked_text = blocked.pattern
    where blocked.identifier_type = 'any'

),

blocked_by_type as (

    select
        checkable.identifier_type,
        checkable.checked_text,
        blocked.reason
    from checkable
    inner join blocked
        on
            checkable.identifier_type = blocked.identifier_type
            and checkable.checked_text like blocked.pattern

),

blocked_values as (

    select
        found.identifier_type,
        found.checked_text,
        min(found.reason) as reason
    from (
        select
            identifier_type,
            checked_text,
            reason
        from blocked_anywhere
        union all
        select
            identifier_type,
            checked_text,
            reason
        from blocked_by_type
    ) as found
    group by found.identifier_type, found.checked_text

),

record_identifiers as (

    select distinct
        cleaned.record_node,
        cleaned.identifier_type,
        case when cleaned.scope_system is not null then cleaned.scope_system || '|' else '' end
        || coalesce(cleaned.clean_value, cleaned.value_text) as identifier_value,
        case
            when cleaned.normaliser is null then 'unknown_type'
            when blocked_values.reason is not null then 'blocked: ' || blocked_values.reason
            when cleaned.clean_value is null then 'invalid_value'
        end as rejection_reason
    from cleaned
    left join blocked_values
        on
            cleaned.identifier_type = blocked_values.identifier_type
            and {{ lower_letters('coalesce(cleaned.clean_value, cleaned.value_text)') }}
            = blocked_values.checked_text

)

select * from record_identifiers
