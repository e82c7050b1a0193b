{#-
    Whether digits can be a national number of a country: how many they are, and the first one.

    Arguments:
        number: SQL expression of type string.
        plan: alias of a row of seed phone_countries.
    Returns: SQL condition.
-#}
{% macro is_possible_number(number, plan) -%}
    (
        ' ' || {{ plan }}.national_digits || ' '
        like '% ' || cast(length({{ number }}) as {{ dbt.type_string() }}) || ' %'
        and {{ plan }}.first_digits like '%' || substr({{ number }}, 1, 1) || '%'
    )
{%- endmacro %}
