{#-
    The house number of a street address, for comparison only: its digits, and the letters that stand
    alone: `12 a`, `12a` and `12-A` are one, `12/14` is not `1214`.

    Arguments:
        street: SQL expression of type string, street and house number in any order.
    Returns: SQL expression of type string; null where there is no digit.
-#}
{% macro house_number(street) -%}
    nullif({{ trim_spaces(regexp_replace_all(street, '[^0-9]+', ' ')) }}, '')
    || ' '
    || {{ regexp_replace_all(
        regexp_replace_all(lower_letters(street), '[^-0-9 .,;:/()]{2,}', ''), '[-0-9 .,;:/()]+'
    ) }}
{%- endmacro %}
