{#-
    Settings of a table of events that keeps the rows of every device that did not change: a run
    deletes what it holds of the others, and appends what their events are now. On Spark such a table
    is written anew, with the same result.

    Returns: dictionary, for `config(**…)`.
-#}
{% macro changed_devices_config() -%}
    {{ return(adapter.dispatch('changed_devices_config', 'stammkunde')()) }}
{%- endmacro %}

{% macro default__changed_devices_config() -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': "{{ delete_changed_devices(this, ref('int_core__event_devices')) }}",
    }) }}
{%- endmacro %}

{% macro spark__changed_devices_config() -%}
    {{ return({'materialized': 'table'}) }}
{%- endmacro %}

{#-
    The devices as the table of events holds them, which the run before left in
    `int_core__written_devices`. Not by ref(), since that is made after the table of events. Where a
    run broke off between the two it is older than the table, and devices are written once more.

    Arguments:
        events: the table of events.
        devices: relation of `int_core__event_devices`, in whose schema it lies.
    Returns: the relation; none where there is none, or the table of events is an earlier release's.
-#}
{% macro written_devices(events, devices) %}
    {%- if execute and 'anonymous_id' in adapter.get_columns_in_relation(events) | map(attribute='name') -%}
        {{- return(adapter.get_relation(
            database=devices.database, schema=devices.schema, identifier='int_core__written_devices'
        )) -}}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}

{#-
    The devices whose events, turns or customers differ from those that were written, and those that
    are gone.

    Arguments: relations.
    Returns: a select statement of source_system and anonymous_id.
-#}
{% macro changed_devices(devices, written) -%}
    select
        coalesce(devices.source_system, written.source_system) as source_system,
        coalesce(devices.anonymous_id, written.anonymous_id) as anonymous_id
    from {{ devices }} as devices
    full join {{ written }} as written
        on
            devices.source_system = written.source_system
            and devices.anonymous_id = written.anonymous_id
    where
        devices.device_version is null
        or written.device_version is null
        or devices.device_version <> written.device_version
{%- endmacro %}

{#- Takes the events of changed devices out of the table; nothing where it is written anew. -#}
{% macro delete_changed_devices(events, devices) %}
    {%- set written = written_devices(events, devices) if is_incremental() else none -%}
    {%- if written -%}
        delete from {{ events }}
        where (source_system, anonymous_id) in (
            {{ changed_devices(devices, written) }}
        )
    {%- else -%}
        select 1
    {%- endif -%}
{% endmacro %}
