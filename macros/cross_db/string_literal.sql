{#-
    A text as an SQL literal. Spark reads backslashes in a literal as escapes, DuckDB as themselves;
    where dbt asks the value is data, so both must come out as they are.

    Arguments:
        value: text.
    Returns: SQL expression of type string.
-#}
{% macro string_literal(value) -%}
    {{ return(adapter.dispatch('string_literal', 'stammkunde')(value)) }}
{%- endmacro %}

{% macro default__string_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__string_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
