{#-
    Condition: a spreadsheet wrote the text instead of a key: `1.23457E+19`, `1,23E+12`, `1E+12`, or
    the signs of a column that was too narrow. What it stood for cannot be had back, and many keys
    become one. `1E5` is no such text: a shop may have it as a key.

    Arguments:
        text: SQL expression of type string, trimmed.
    Returns: SQL condition.
-#}
{% macro is_shortened(text) -%}
    {{ regexp_is_match(
        text, '^([0-9]{1,3}([.,][0-9]+[eE][+-]?|[eE][+])[0-9]{1,3}|##+)$'
    ) }}
{%- endmacro %}
