{#-
    Puts the crosswalk of customer ids back where a run broke off while it wrote it anew; else the
    next run would find no ids to keep and mint them all again. DuckDB takes a broken write back. On
    Spark the old table is gone before the new one stands, but its rows are still in
    `int_identity__crosswalk_before`, which the same run wrote first.

    Returns: nothing; called by `on-run-start`.
-#}
{% macro restore_crosswalk() -%}
    {%- if execute -%}
        {{ adapter.dispatch('restore_crosswalk', 'stammkunde')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__restore_crosswalk() -%}
{%- endmacro %}

{% macro spark__restore_crosswalk() -%}
    {%- set node = graph.nodes['model.stammkunde.identity_crosswalk'] -%}
    {%- set before = adapter.get_relation(
        node.database, node.schema, 'int_identity__crosswalk_before'
    ) -%}
    {%- if before and not adapter.get_relation(node.database, node.schema, node.name) -%}
        {%- set crosswalk = before.incorporate(path={'identifier': node.name}) -%}
        {%- do log('The crosswalk is gone: it is put back from ' ~ before, info=True) -%}
        {%- do run_query(
            'create table ' ~ crosswalk ~ ' using ' ~ var('file_format', 'parquet') ~ ' as'
            ~ ' select record_type, record_id, record_node, customer_id, true as is_present,'
            ~ ' written_by from ' ~ before
        ) -%}
        {%- do adapter.cache_added(crosswalk) -%}
    {%- endif -%}
{%- endmacro %}
