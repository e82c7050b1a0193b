{#-
    Logs what the last run that wrote the crosswalk of customer ids did not get to log, before
    anything is computed anew (see `unlogged_changes`). In most runs that is nothing.

    Returns: nothing; called by `on-run-start`, after `restore_crosswalk`.
-#}
{% macro log_identity_changes() -%}
    {%- if execute -%}
        {%- set relations = {} -%}
        {%- for name in ['int_identity__changes', 'identity_crosswalk', 'identity_changes'] -%}
            {%- set node = graph.nodes['model.stammkunde.' ~ name] -%}
            {%- do relations.update(
                {name: adapter.get_relation(node.database, node.schema, node.alias)}
            ) -%}
        {%- endfor -%}
        {%- set changes = relations['int_identity__changes'] -%}
        {%- set crosswalk = relations['identity_crosswalk'] -%}
        {%- set log_table = relations['identity_changes'] -%}
        {%- if changes and crosswalk and log_table -%}
            {%- do run_query(
                'insert into ' ~ log_table ~ ' ' ~ unlogged_changes(changes, crosswalk, log_table)
            ) -%}
        {%- elif changes and crosswalk -%}
            {%- set log_table = changes.incorporate(path={'identifier': 'identity_changes'}) -%}
            {%- do run_query(
                'create table ' ~ log_table ~ ' as ' ~ unlogged_changes(changes, crosswalk)
            ) -%}
            {%- do adapter.cache_added(log_table) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
