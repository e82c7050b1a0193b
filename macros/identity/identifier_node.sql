{#-
    The node of an identifier in the graph of records and identifiers; of a divided identifier, the
    node of one share. The length tells where the value ends, as a value may hold any character.

    Arguments:
        identifier_type, identifier_value: SQL expressions of type string.
        share: SQL expression of type string, null for an identifier that is not divided.
    Returns: SQL expression of type bigint.
-#}
{% macro identifier_node(identifier_type, identifier_value, share) -%}
    {{ hash_bigint(
        "'identifier|' || " ~ identifier_type
        ~ " || '|' || cast(length(" ~ identifier_value ~ ") as string)"
        ~ " || '|' || " ~ identifier_value ~ " || coalesce('|' || " ~ share ~ ", '')"
    ) }}
{%- endmacro %}
