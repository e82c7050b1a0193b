{#-
    Whether two dates are one with a typing error: one digit is another, two neighbours changed
    places, or day and month did.

    Arguments:
        one, other: SQL expressions of type date.
    Returns: SQL condition, null where either date is.
-#}
{% macro is_date_typing_error(one, other) -%}
    {%- set one_text = 'cast(' ~ one ~ ' as string)' -%}
    {%- set other_text = 'cast(' ~ other ~ ' as string)' -%}
    (
        {{ edit_distance(one_text, other_text) }} = 1
        or (
            extract(year from {{ one }}) = extract(year from {{ other }})
            and extract(month from {{ one }}) = extract(day from {{ other }})
            and extract(day from {{ one }}) = extract(month from {{ other }})
        )
        {%- for place in [1, 2, 3, 6, 9] %}
        or {{ one_text }} = substr({{ other_text }}, 1, {{ place - 1 }})
        || substr({{ other_text }}, {{ place + 1 }}, 1)
        || substr({{ other_text }}, {{ place }}, 1)
        || substr({{ other_text }}, {{ place + 2 }})
        {%- endfor %}
    )
{%- endmacro %}
