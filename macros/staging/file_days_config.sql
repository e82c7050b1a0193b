{#-
    Settings of a `__file_days` model: a run takes out the files whose rows have gone, or some of them, and
    appends those that it has not read. On Spark the table is written anew.

    Arguments:
        source_name: as in the source's YAML.
    Returns: dictionary, for `config(**…)`.
-#}
{% macro file_days_config(source_name) -%}
    {{ return(adapter.dispatch('file_days_config', 'stammkunde')(source_name)) }}
{%- endmacro %}

{% macro default__file_days_config(source_name) -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': "{{ delete_gone_files(this, '" ~ source_name ~ "') }}",
    }) }}
{%- endmacro %}

{% macro spark__file_days_config(source_name) -%}
    {{ return({'materialized': 'table'}) }}
{%- endmacro %}

{#- Takes out of a `__file_days` table the files of which the raw tables hold other rows now. -#}
{% macro delete_gone_files(file_days, source_name) %}
    {%- if not is_incremental() -%}
        select 1
    {%- else -%}
        delete from {{ file_days }}
        where (feed, _file, _loaded_at) in (
            select
                kept.feed,
                kept._file,
                kept._loaded_at
            from (
                select
                    feed,
                    _file,
                    _loaded_at,
                    sum(row_count) as row_count
                from {{ file_days }}
                group by all
            ) as kept
            left join (
                {% for feed in var('sources')[source_name] -%}
                select
                    '{{ feed }}' as feed,
                    _file,
                    _loaded_at,
                    count(*) as row_count
                from {{ source(source_name, feed) }}
                group by all
                {% if not loop.last %}union all{% endif %}
                {% endfor -%}
            ) as landed
                on
                    kept.feed = landed.feed
                    and kept._file = landed._file
                    and kept._loaded_at = landed._loaded_at
            where landed.row_count is distinct from kept.row_count
        )
    {%- endif -%}
{% endmacro %}
