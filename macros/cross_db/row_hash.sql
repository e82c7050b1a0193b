{#-
    A number that differs where any of some columns does, by the engine's own fast hash: good for
    comparing rows of one engine, in one release of it; `hash_bigint` is the one that is kept.

    Arguments:
        columns: list of SQL expressions of any type, null or not.
    Returns: SQL expression of a whole number.
-#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash', 'stammkunde')(columns)) }}
{%- endmacro %}

{% macro default__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
