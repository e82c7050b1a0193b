{#-
    Every match of a pattern replaced. DuckDB replaces the first match unless told 'g'; Spark always
    replaces all and answers NULL when told 'g'.

    Arguments:
        expression: SQL expression of type string.
        pattern: regular expression without backslashes (`[.]`, not `\.`: the engines unescape
            differently).
        replacement: literal text.
    Returns: SQL expression of type string.
-#}
{% macro regexp_replace_all(expression, pattern, replacement='') -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'stammkunde')(
        expression, pattern, replacement
    )) }}
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}
