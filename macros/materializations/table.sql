{#- Materialization `table` on DuckDB, in place of dbt-duckdb's own: see `replace_relation`. -#}
{% materialization table, adapter='duckdb' %}
    {{ return(replace_relation('table')) }}
{% endmaterialization %}
