{#-
    Condition: the text is one of the values that the contract allows.

    Arguments:
        column: SQL expression of type string.
        values: list of text.
    Returns: SQL condition.
-#}
{% macro is_one_of(column, values) -%}
    {{ column }} in ('{{ values | join("', '") }}')
{%- endmacro %}
