{#- Materialization `view` on DuckDB, in place of dbt's own: see `replace_relation`. -#}
{% materialization view, adapter='duckdb' %}
    {{ return(replace_relation('view')) }}
{% endmaterialization %}
