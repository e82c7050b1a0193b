{#-
    A text as an SQL literal. Spark reads backslashes in a literal as escapes, DuckDB as themselves;
    where dbt asks the value is data, so both must come out as they are. Not named string_literal:
    dbt would take it for its own macro of that name, which expects quotes that are escaped already.

    Arguments:
        value: text.
    Returns: SQL expression of type string.
-#}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal', 'stammkunde')(value)) }}
{%- endmacro %}

{% macro default__text_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__text_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
