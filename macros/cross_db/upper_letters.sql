{#-
    A text in capitals, letter by letter. Spark's `upper` makes two letters of the German ß, as of
    the letters that other scripts join.

    Arguments:
        expression: SQL expression of type string.
    Returns: SQL expression of type string.
-#}
{% macro upper_letters(expression) -%}
    {{ return(adapter.dispatch('upper_letters', 'stammkunde')(expression)) }}
{%- endmacro %}

{% macro default__upper_letters(expression) -%}
    upper({{ expression }})
{%- endmacro %}

{% macro spark__upper_letters(expression) -%}
    upper(translate({{ expression }}, 'ß', 'ẞ'))
{%- endmacro %}
