{#-
    Whether a text begins with another one. Not `like`: the other one may hold `%`, `_` or, which
    stops a query on Spark, a backslash.

    Arguments:
        expression, beginning: SQL expressions of type string.
    Returns: SQL condition.
-#}
{% macro starts_with(expression, beginning) -%}
    {{ return(adapter.dispatch('starts_with', 'stammkunde')(expression, beginning)) }}
{%- endmacro %}

{% macro default__starts_with(expression, beginning) -%}
    starts_with({{ expression }}, {{ beginning }})
{%- endmacro %}

{% macro spark__starts_with(expression, beginning) -%}
    startswith({{ expression }}, {{ beginning }})
{%- endmacro %}
