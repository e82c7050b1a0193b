{#-
    Keeps the newest result of every model, seed and test in `quality.dbt_results`, so that publishing
    can ask what it would publish: built of what, tested since. What a command is about to build or
    test stands there as `running` until the command ends; one that was killed leaves it so.

    Nothing on an engine whose marts are read where they are built.

    Returns: nothing; called by `on-run-start` and `on-run-end`.
-#}
{% macro record_start() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test') -%}
        {%- set rows = [] -%}
        {%- for unique_id in selected_resources
            if unique_id.split('.')[0] in ('model', 'seed', 'snapshot', 'test') -%}
            {%- do rows.append((unique_id, 'running')) -%}
        {%- endfor -%}
        {{ adapter.dispatch('record_states', 'stammkunde')(rows) }}
    {%- endif -%}
{%- endmacro %}

{% macro record_results(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test') -%}
        {%- set rows = [] -%}
        {%- for result in results
            if result.node.resource_type in ('model', 'seed', 'snapshot', 'test') -%}
            {%- set state = result.status | string -%}
            {%- if flags.EMPTY and state == 'success' -%}
                {%- set state = 'empty' -%}
            {%- endif -%}
            {%- do rows.append((result.node.unique_id, state)) -%}
        {%- endfor -%}
        {{ adapter.dispatch('record_states', 'stammkunde')(rows) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__record_states(rows) -%}
    {%- set moment = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f') -%}
    {%- set table = 'quality.dbt_results' -%}
    {%- do run_query('create schema if not exists quality') -%}
    {%- do run_query(
        'create table if not exists ' ~ table
        ~ ' (unique_id varchar, state varchar, recorded_at timestamp, invocation_id varchar)'
    ) -%}
    {%- if rows -%}
        {%- set ids = [] -%}
        {%- set values = [] -%}
        {%- for unique_id, state in rows -%}
            {%- do ids.append("'" ~ unique_id ~ "'") -%}
            {%- do values.append(
                "('" ~ unique_id ~ "', '" ~ state ~ "', timestamp '" ~ moment ~ "', '"
                ~ invocation_id ~ "')"
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'delete from ' ~ table ~ ' where unique_id in (' ~ ids | join(', ') ~ ')'
        ) -%}
        {%- do run_query('insert into ' ~ table ~ ' values ' ~ values | join(', ')) -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__record_states(rows) -%}
{%- endmacro %}
