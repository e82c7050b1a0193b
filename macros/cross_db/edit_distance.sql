{#-
    Levenshtein distance of two texts in bytes of UTF-8: how many to insert, remove or replace.
    DuckDB counts bytes; Spark counts letters, so each byte is made a letter there.

    Arguments:
        one, other: SQL expressions of type string.
    Returns: SQL expression of a whole number, null for a null text.
-#}
{% macro edit_distance(one, other) -%}
    {{ return(adapter.dispatch('edit_distance', 'stammkunde')(one, other)) }}
{%- endmacro %}

{% macro default__edit_distance(one, other) -%}
    levenshtein({{ one }}, {{ other }})
{%- endmacro %}

{% macro spark__edit_distance(one, other) -%}
    cast(
        levenshtein(
            decode(encode({{ one }}, 'UTF-8'), 'ISO-8859-1'),
            decode(encode({{ other }}, 'UTF-8'), 'ISO-8859-1')
        ) as bigint
    )
{%- endmacro %}
