{#-
    Whether two contact records that share an identifier are one person, by names and birth dates.

    Arguments:
        one, other: aliases of rows with first_name, last_name (see `normalise_name`) and
            birth_date.
        types: alias of the row of seed identifier_types for the identifier.
    Returns: SQL expression of type boolean, null where nothing is known that could tell.
-#}
{% macro same_person(one, other, types) -%}
    case
        when {{ one }}.birth_date = {{ other }}.birth_date then true
        -- Father and son of one name are a generation apart; typing errors mostly are not.
        when
            abs(
                extract(year from {{ one }}.birth_date) - extract(year from {{ other }}.birth_date)
            )
            > {{ types }}.max_birth_years_apart
            then false
        when
            {{ starts_with(one ~ '.first_name', other ~ '.first_name') }}
            or {{ starts_with(other ~ '.first_name', one ~ '.first_name') }}
            then true
        -- First and last name typed into each other's field.
        when
            {{ one }}.first_name = {{ other }}.last_name
            or {{ one }}.last_name = {{ other }}.first_name
            then true
        when {{ one }}.first_name is not null and {{ other }}.first_name is not null
            then
                {{ edit_distance(one ~ '.first_name', other ~ '.first_name') }}
                * {{ types }}.name_letters_per_typing_error
                <= least(length({{ one }}.first_name), length({{ other }}.first_name))
    end
{%- endmacro %}
