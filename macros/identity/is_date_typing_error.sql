{#-
    Whether two dates may be one with typing errors: three digits at most are others, or day and
    month changed places.

    Arguments:
        one, other: SQL expressions of type date.
    Returns: SQL condition, null where either date is.
-#}
{% macro is_date_typing_error(one, other) -%}
    {%- set one_text = 'cast(' ~ one ~ ' as string)' -%}
    {%- set other_text = 'cast(' ~ other ~ ' as string)' -%}
    (
        {{ edit_distance(one_text, other_text) }} <= 3
        or (
            extract(year from {{ one }}) = extract(year from {{ other }})
            and extract(month from {{ one }}) = extract(day from {{ other }})
            and extract(day from {{ one }}) = extract(month from {{ other }})
        )
    )
{%- endmacro %}
