with

listed as (

    select
        identifier_type,
        pattern,
        reason
    from {{ ref('blocked_identifiers') }}

),

-- Not in the seed: staging needs the words too, and dbt's reader of seeds takes some for no value.
words as (

    select
        'any' as identifier_type,
        written.word as pattern,
        'placeholder' as reason
    from (
        values
        {%- for word in var('written_nulls') + var('guest_keys') %}
            ({{ text_literal(word) }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as written (word)

),

blocked as (

    select
        coalesce(listed.identifier_type, words.identifier_type) as identifier_type,
        coalesce(listed.pattern, words.pattern) as pattern,
        coalesce(listed.reason, words.reason) as reason
    from listed
    full outer join words
        on
            listed.identifier_type = words.identifier_type
            and listed.pattern = words.pattern

)

select * from blocked
