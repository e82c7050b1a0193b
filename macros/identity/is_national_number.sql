{#-
    Whether digits are a national number of a country by its whole pattern, which only digits that
    can be one are held against.

    Arguments:
        number: SQL expression of type string.
        plan: alias of a row of seed phone_countries.
    Returns: SQL condition, never null.
-#}
{% macro is_national_number(number, plan) -%}
    case
        when {{ is_possible_number(number, plan) }}
            then {{ matches_pattern(number, plan ~ '.number_pattern') }}
        else false
    end
{%- endmacro %}
