{#-
    Settings of an incremental model that replaces all rows of the days of a run and no other row: a
    day is deleted and written again, or, where tables know no delete (Parquet on Spark), its
    partition is overwritten. Tables of Delta or Iceberg (var `file_format`) merge row by row.

    Arguments:
        day: column that holds the day.
        key: columns that name a row within a day, for the merge.
    Returns: dictionary, for `config(**…)`.
-#}
{% macro whole_days_config(day, key=[]) -%}
    {{ return(adapter.dispatch('whole_days_config', 'stammkunde')(day, key)) }}
{%- endmacro %}

{% macro default__whole_days_config(day, key) -%}
    {{ return({'incremental_strategy': 'delete+insert', 'unique_key': day}) }}
{%- endmacro %}

{% macro spark__whole_days_config(day, key) -%}
    {%- if key and var('file_format', 'parquet') in ['delta', 'iceberg'] -%}
        {{ return({'incremental_strategy': 'merge', 'unique_key': key + [day]}) }}
    {%- endif -%}
    {{ return({'incremental_strategy': 'insert_overwrite', 'partition_by': [day]}) }}
{%- endmacro %}
