{#-
    A text without the spaces around it: every space of Unicode, also the one that does not break.
    DuckDB's `trim` takes them all; Spark's takes the plain one unless told.

    Arguments:
        expression: SQL expression of type string.
    Returns: SQL expression of type string.
-#}
{% macro trim_spaces(expression) -%}
    {{ return(adapter.dispatch('trim_spaces', 'stammkunde')(expression)) }}
{%- endmacro %}

{% macro default__trim_spaces(expression) -%}
    trim({{ expression }})
{%- endmacro %}

{% macro spark__trim_spaces(expression) -%}
    {%- set plain_to_six_per_em = '\\u0020\\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005' -%}
    {%- set figure_to_ideographic = '\\u2006\\u2007\\u2008\\u2009\\u200a\\u202f\\u205f\\u3000' -%}
    trim(both '{{ plain_to_six_per_em ~ figure_to_ideographic }}' from {{ expression }})
{%- endmacro %}
