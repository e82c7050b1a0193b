{#-
    The query of identifiers in the form in which they are compared, with the reason where the value
    itself is no good.

    Arguments:
        raw_identifiers: relation of record_node, source_system, country, identifier_type and
            raw_value.
        kept: further columns of it that the result has as well; rows that differ in them stay apart.
    Returns: a select statement.
-#}
{% macro cleaned_identifiers(raw_identifiers, kept=[]) -%}
with

raw_identifiers as (

    select
        record_node,
        source_system,
        country,
        identifier_type,
        raw_value
        {%- for column in kept %},
        {{ column }}
        {%- endfor %}
    from {{ raw_identifiers }}

),

types as (

    select
        identifier_type,
        normaliser,
        scope
    from {{ ref('identifier_types') }}

),

phone_numbers as (

    select
        raw_value,
        country,
        phone_number
    from {{ ref('int_identity__phone_numbers') }}

),

mailboxes as (

    select
        raw_value,
        mailbox
    from {{ ref('int_identity__mailboxes') }}

),

blocked as (

    select
        identifier_type,
        pattern,
        reason
    from {{ ref('int_identity__blocked_identifiers') }}

),

carried as (

    select
        raw_identifiers.record_node,
        raw_identifiers.identifier_type,
        raw_identifiers.raw_value,
        {%- for column in kept %}
        raw_identifiers.{{ column }},
        {%- endfor %}
        types.normaliser,
        case when types.normaliser = 'phone' then coalesce(raw_identifiers.country, '') else '' end
            as country,
        case
            when types.scope = 'source_system' then raw_identifiers.source_system || '|' else ''
        end as scope_prefix
    from raw_identifiers
    left join types on raw_identifiers.identifier_type = types.identifier_type

),

-- Each way of writing is cleaned once, however many records carry it.
written as (

    select distinct
        identifier_type,
        normaliser,
        raw_value,
        country
    from carried

),

cleaned as (

    select
        written.identifier_type,
        written.normaliser,
        written.raw_value,
        written.country,
        {{ trim_spaces('written.raw_value') }} as value_text,
        case written.normaliser
            when 'email' then mailboxes.mailbox
            when 'phone' then phone_numbers.phone_number
            when 'code' then {{ normalise_code('written.raw_value') }}
            when 'exact' then nullif({{ trim_spaces('written.raw_value') }}, '')
        end as clean_value
    from written
    left join mailboxes
        on written.normaliser = 'email' and written.raw_value = mailboxes.raw_value
    left join phone_numbers
        on
            written.normaliser = 'phone'
            and written.raw_value = phone_numbers.raw_value
            and written.country = phone_numbers.country

),

-- Placeholders for any type are compared as a whole, which is a hash join.
placeholders as (

    select
        pattern,
        reason
    from blocked
    where identifier_type = 'any'

),

checkable as (

    select distinct
        identifier_type,
        {{ lower_letters('coalesce(clean_value, value_text)') }} as checked_text
    from cleaned

),

blocked_values as (

    select
        checkable.identifier_type,
        checkable.checked_text,
        min(blocked.reason) as reason
    from checkable
    inner join blocked
        on
            checkable.identifier_type = blocked.identifier_type
            and checkable.checked_text like blocked.pattern
    group by checkable.identifier_type, checkable.checked_text

),

judged as (

    select
        cleaned.identifier_type,
        cleaned.raw_value,
        cleaned.country,
        coalesce(cleaned.clean_value, cleaned.value_text) as identifier_value,
        case
            when cleaned.normaliser is null then 'unknown_type'
            when
                coalesce(blocked_values.reason, clean_placeholders.reason, placeholders.reason)
                is not null
                then
                    'blocked: '
                    || coalesce(
                        blocked_values.reason, clean_placeholders.reason, placeholders.reason
                    )
            when cleaned.clean_value is null then 'invalid_value'
        end as rejection_reason
    from cleaned
    left join blocked_values
        on
            cleaned.identifier_type = blocked_values.identifier_type
            and {{ lower_letters('coalesce(cleaned.clean_value, cleaned.value_text)') }}
            = blocked_values.checked_text
    left join placeholders as clean_placeholders
        on {{ lower_letters('cleaned.clean_value') }} = clean_placeholders.pattern
    -- A code loses the signs of "n. a." when it is cleaned.
    left join placeholders
        on {{ lower_letters('cleaned.value_text') }} = placeholders.pattern

),

-- Two ways of writing may be one value: distinct again.
record_identifiers as (

    select distinct
        carried.record_node,
        carried.identifier_type,
        judged.rejection_reason,
        {%- for column in kept %}
        carried.{{ column }},
        {%- endfor %}
        carried.scope_prefix || judged.identifier_value as identifier_value
    from carried
    inner join judged
        on
            carried.identifier_type = judged.identifier_type
            and carried.raw_value = judged.raw_value
            and carried.country = judged.country

)

select * from record_identifiers
{%- endmacro %}
