{#-
    Makes the raw tables known to an engine that did not load them, before anything is built.

    The loader writes into the DuckDB warehouse, where source() finds its tables. On Spark, source()
    names tables that the user's own tool fills. Where var `raw_parquet` names a folder instead (the
    raw tables of a home, written by stammkunde/spark.py; a path that the whole cluster can read),
    every folder `<table>` in it becomes one external table of the raw schema. Data files are only
    read: dropping the table forgets them and keeps them.

    Returns: nothing; called by `on-run-start`.
-#}
{% macro register_raw_tables() -%}
    {%- if execute -%}
        {{ adapter.dispatch('register_raw_tables', 'stammkunde')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__register_raw_tables() -%}
{%- endmacro %}

{% macro spark__register_raw_tables() -%}
    {%- set folder = var('raw_parquet', '') -%}
    {%- if folder -%}
        {%- set schemas = [] -%}
        {%- for table in graph.sources.values() if table.source_name in var('sources') -%}
            {%- set relation = source(table.source_name, table.name) -%}
            {%- if relation.schema not in schemas -%}
                {%- do run_query('create schema if not exists ' ~ relation.schema) -%}
                {%- do schemas.append(relation.schema) -%}
            {%- endif -%}
            {%- set path = folder ~ '/' ~ relation.identifier -%}
            {%- do run_query('drop table if exists ' ~ relation) -%}
            {%- do run_query(
                'create table ' ~ relation ~ ' using parquet location ' ~ text_literal(path)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
