{#-
    Whether a pattern is found anywhere in a text.

    Arguments:
        expression: SQL expression of type string.
        pattern: regular expression without backslashes.
    Returns: SQL condition, null for a null text.
-#}
{% macro regexp_is_match(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_is_match', 'stammkunde')(expression, pattern)) }}
{%- endmacro %}

{% macro default__regexp_is_match(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__regexp_is_match(expression, pattern) -%}
    regexp_like({{ expression }}, '{{ pattern }}')
{%- endmacro %}
