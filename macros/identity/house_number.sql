{#-
    The house number of a street address, for comparison only: its digits, and the letters that
    stand alone behind a digit: `12 a`, `12a` and `12-A` are one, `12/14` is not `1214`.

    Arguments:
        street: SQL expression of type string, street and house number in any order.
    Returns: SQL expression of type string; null where there is no digit.
-#}
{% macro house_number(street) -%}
    {%- set letter = '[^-0-9 .,;:/()#]' -%}
    {%- set marked = regexp_replace_all(lower_letters(street), letter ~ '{2,}', '#') -%}
    {%- set behind_digits = regexp_replace_all(marked, '(^|[.,;:()#])[- /]*' ~ letter) -%}
    nullif({{ trim_spaces(regexp_replace_all(street, '[^0-9]+', ' ')) }}, '')
    || ' ' || {{ regexp_replace_all(behind_digits, '[-0-9 .,;:/()#]+') }}
{%- endmacro %}
