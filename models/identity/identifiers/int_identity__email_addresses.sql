with

raw_identifiers as (

    select
        identifier_type,
        raw_value
    from {{ ref('int_identity__raw_identifiers') }}

),

types as (

    select identifier_type
    from {{ ref('identifier_types') }}
    where normaliser = 'email'

),

written as (

    select distinct raw_identifiers.raw_value
    from raw_identifiers
    inner join types on raw_identifiers.identifier_type = types.identifier_type

),

visible as (

    select
        raw_value,
        translate(
            {{ lower_letters(visible_text(compatible_letters('raw_value'))) }}, '。｡’', '..'''
        ) as address_text
    from written

),

{% for part in range(4) %}
    composed_{{ part }} as (

        select
            raw_value,
            {{ compose_letters('address_text', part) }} as address_text
        from {{ 'visible' if loop.first else 'composed_' ~ (part - 1) }}

    ),
{% endfor %}

-- Eva Muster <eva@firma.de>
unbracketed as (

    select
        raw_value,
        case
            when address_text like '%<%>%'
                then {{ regexp_replace_all(
                    regexp_replace_all('address_text', '^[^<>]*<'), '>[^<>]*$'
                ) }}
            else address_text
        end as address_text
    from composed_3

),

-- mailto:eva@firma.de?subject=…
unlinked as (

    select
        raw_value,
        case
            when address_text like 'mailto:%'
                then {{ regexp_replace_all('address_text', '^mailto:|[?].*$') }}
            else address_text
        end as address_text
    from unbracketed

),

-- Quotation marks around the address or the part before the @, and what ends a sentence or a list.
bare as (

    select
        raw_value,
        {{ regexp_replace_all(
            "case when address_text like '\"%' then replace(address_text, '\"@', '@')"
            ~ " else address_text end",
            "^[\"''“”„‚‘«»`´( ]+|[\"''“”„‘«»`´) ,;.:]+$"
        ) }} as address_text
    from unlinked

),

-- Exactly one @, or there is no telling what is before and what behind it.
email_addresses as (

    select
        raw_value,
        split_part(address_text, '@', 1) as local_part,
        split_part(address_text, '@', 2) as email_domain
    from bare
    where length(address_text) - length(replace(address_text, '@', '')) = 1

)

select * from email_addresses
