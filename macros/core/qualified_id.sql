{#-
    The id of a source's record in the marts: `<source_system>|<key>`, readable and unique over all
    sources. Null where the key is null.

    Arguments:
        source_system, key: SQL expressions of type string.
    Returns: SQL expression of type string.
-#}
{% macro qualified_id(source_system, key) -%}
    {{ dbt.concat([source_system, "'|'", key]) }}
{%- endmacro %}
