{#-
    Stands for dbt's macro of this name: an incremental table is also written anew where its query says
    so, as `base_rows` does of a table that fits its raw rows or its contract no longer.

    Returns: true or false.
-#}
{% macro should_full_refresh() %}
    {%- set asked = config.get('full_refresh') -%}
    {%- if asked is none -%}
        {%- set asked = flags.FULL_REFRESH -%}
    {%- endif -%}
    {{- return(asked or (model.get('compiled_code') or '').strip().startswith(rebuild_mark())) -}}
{% endmacro %}

{#-
    First words of a query that its incremental table is to be written anew by; of this command alone,
    since a program that runs dbt twice may keep the query of the first time.
-#}
{% macro rebuild_mark() %}
    {{- return('/* ' ~ invocation_id ~ ' writes anew: ') -}}
{% endmacro %}
