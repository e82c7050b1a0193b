{#-
    Materialization `table` on DuckDB: the old table goes and the new one is made in one transaction,
    so that an error leaves the old one. Takes the place of dbt-duckdb's own, which builds beside it
    and renames twice: for that dbt makes up the names of all macros some ten times a table, which
    took longer than the queries of a small table.

    The model's SQL cannot read the table that it replaces.
-#}
{% materialization table, adapter='duckdb' %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        drop table if exists {{ target_relation }};
        {{ create_table_as(False, target_relation, compiled_code) }}
    {%- endcall -%}
    {%- do create_indexes(target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
