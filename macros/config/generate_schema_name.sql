{#-
    Schemas are named as in dbt_project.yml, without the target's name in front: BI tools and the
    published file use the same names everywhere.

    Arguments:
        custom_schema_name: schema in `dbt_project.yml`; none: the target's.
        node: the node.
    Returns: name of the schema.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
