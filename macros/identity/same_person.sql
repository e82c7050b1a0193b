{#-
    Whether two contact records that share an identifier are one person, by names and birth dates.

    - Born on different days: two, whatever the names (typing errors in the date are none where the
      names are the same).
    - Born on one day: one where the first names are alike, whatever the last names, which people
      change; twins where they are not.
    - Else one where both names are alike. Another last name says two, unless an identifier that is
      trusted over it (a loyalty card) is shared as well.
    - Under a type that is trusted over all this (without `max_birth_years_apart`: a card), first
      names alone tell, or an equal birth date. People go by their second name; a card says more.
    - Where every personal identifier agrees (card, mailbox, telephone), another spelling of the
      first name does not say two.

    Arguments:
        one, other: aliases of rows with first_name, first_word, last_name (see
            `int_identity__contact_people`) and birth_date.
        types: alias of the row of seed identifier_types for the identifier.
        variants: alias of the row of seed name_variants, joined by `are_name_variants`.
        shares_trusted, shares_all: SQL conditions of what else the two records share.
    Returns: SQL expression of type boolean, null where nothing is known that could tell.
-#}
{% macro same_person(one, other, types, variants, shares_trusted='false', shares_all='false') -%}
    {%- set first, other_first = one ~ '.first_name', other ~ '.first_name' -%}
    {%- set last, other_last = one ~ '.last_name', other ~ '.last_name' -%}
    {%- set birth, other_birth = one ~ '.birth_date', other ~ '.birth_date' -%}
    {%- set is_first_unknown = '(' ~ first ~ ' is null or ' ~ other_first ~ ' is null)' -%}
    {%- set is_first_same -%}
        ({{ first }} = {{ other_first }} or {{ variants }}.first_name is not null)
    {%- endset -%}
    {%- set is_first_alike -%}
        ({{ is_first_same }} or {{ names_alike(first, other_first, types) }})
    {%- endset -%}
    {%- set is_last_alike -%}
        (
            {{ names_alike(last, other_last, types) | indent(12) }}
            -- The second half of a double name.
            or right({{ last }}, length({{ other_last }})) = {{ other_last }}
            or right({{ other_last }}, length({{ last }})) = {{ last }}
        )
    {%- endset -%}
    case
        when {{ births_apart(one, other, types) | indent(8) }} then false
        -- First and last name typed into each other's field.
        when
            {{ names_alike(first, other_last, types) | indent(12) }}
            and {{ names_alike(last, other_first, types) | indent(12) }}
            then true
        when
            ({{ first }} = {{ other_last }} and ({{ last }} is null or {{ other_first }} is null))
            or ({{ last }} = {{ other_first }} and ({{ first }} is null or {{ other_last }} is null))
            then true
        -- Of an identifier that is trusted over dates and last names, the first name alone tells.
        when {{ types }}.max_birth_years_apart is null and {{ birth }} = {{ other_birth }} then true
        when
            {{ types }}.max_birth_years_apart is null
            and ({{ first }} = {{ other_last }} or {{ last }} = {{ other_first }})
            then true
        when {{ types }}.max_birth_years_apart is null and {{ is_first_alike }} then true
        -- Typing errors in the date.
        when
            {{ birth }} <> {{ other_birth }} and {{ types }}.max_birth_years_apart is not null
            and not (
                ({{ is_first_same }} or {{ is_typing_error(first, other_first, types) | indent(16) }})
                and coalesce({{ is_last_alike | indent(16) }}, true)
            )
            then false
        when {{ birth }} = {{ other_birth }} and ({{ is_first_unknown }} or {{ is_first_alike }})
            then true
        when not {{ is_last_alike | indent(8) }}
            then coalesce({{ shares_trusted }} and {{ is_first_same }}, false)
        when {{ is_first_alike }} then true
        when
            {{ shares_all }}
            and (
                substr({{ first }}, 1, 3) = substr({{ other_first }}, 1, 3)
                or {{ edit_distance(first, other_first) }} * 2
                <= least(length({{ first }}), length({{ other_first }}))
            )
            then true
        when not {{ is_first_unknown }} then false
    end
{%- endmacro %}
