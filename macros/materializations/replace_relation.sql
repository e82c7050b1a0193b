{#-
    Replaces a table or view of DuckDB in one transaction, so that an error leaves the old one; what
    the materializations `table` and `view` do. dbt-duckdb's own build beside the old one and rename
    twice: for that dbt makes up the names of all macros some ten times a table, which took longer
    than the queries of a small table.

    The model's SQL cannot read the table that it replaces.

    Arguments:
        type: 'table' or 'view'; what stands there as the other is dropped.
    Returns: what a materialization gives back to dbt.
-#}
{% macro replace_relation(type) %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type=type) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing_relation is not none and existing_relation.type != type -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        drop {{ type }} if exists {{ target_relation }};
        {%- if type == 'table' %}
        {{ create_table_as(False, target_relation, compiled_code) }}
        {%- else %}
        {{ create_view_as(target_relation, compiled_code) }}
        {%- endif %}
    {%- endcall -%}
    {%- if type == 'table' -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}
    {%- do persist_docs(target_relation, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{- return({'relations': [target_relation]}) -}}
{% endmacro %}
