{#-
    A number as a reader likes it: whole, with a comma between the thousands (1,030).

    Arguments:
        expression: SQL expression of a number.
    Returns: SQL expression of type string, null for null.
-#}
{% macro grouped_number(expression) -%}
    {{ return(adapter.dispatch('grouped_number', 'stammkunde')(expression)) }}
{%- endmacro %}

{% macro default__grouped_number(expression) -%}
    format('{:,}', cast(round({{ expression }}) as bigint))
{%- endmacro %}

{% macro spark__grouped_number(expression) -%}
    format_number(cast(round({{ expression }}) as bigint), 0)
{%- endmacro %}
