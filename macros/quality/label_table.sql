{#-
    A table of labels in the raw schema. Labels are data of the user, or of a simulation: most
    warehouses have none, and so the table cannot be a source.

    Arguments:
        name: of the table.
    Returns: relation; none where there is no such table, and while the project is parsed.
-#}
{% macro label_table(name) -%}
    {%- if execute -%}
        {{- return(adapter.get_relation(
            database=var('raw_database', target.database),
            schema=var('raw_schema', 'raw'),
            identifier=name
        )) -}}
    {%- endif -%}
    {{- return(none) -}}
{%- endmacro %}
