{#-
    Whether two people were born on different days, typing errors aside. Nothing that names say
    overrules it, but for a type of identifier that is trusted more (without `max_birth_years_apart`).

    Arguments:
        one, other: aliases of rows with birth_date.
        types: alias of the row of seed identifier_types for the identifier.
    Returns: SQL condition, never null.
-#}
{% macro births_apart(one, other, types) -%}
    {%- set one_birth = one ~ '.birth_date' -%}
    {%- set other_birth = other ~ '.birth_date' -%}
    coalesce(
        {{ types }}.max_birth_years_apart is not null
        and {{ one_birth }} <> {{ other_birth }}
        and (
            not {{ is_date_typing_error(one_birth, other_birth) | indent(8) }}
            or abs(extract(year from {{ one_birth }}) - extract(year from {{ other_birth }}))
            > {{ types }}.max_birth_years_apart
        ),
        false
    )
{%- endmacro %}
