{#-
    Condition: the text is `length` capital letters A to Z, as ISO codes are.

    Arguments:
        column: SQL expression of type string.
        length: number of letters, 2 for a country, 3 for a currency.
    Returns: SQL condition.
-#}
{% macro is_capital_letters(column, length) -%}
    length({{ column }}) = {{ length }}
    and translate({{ column }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = ''
{%- endmacro %}
