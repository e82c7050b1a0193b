{#- Settings of an incremental model that replaces all rows of the days of a run and no other row: a
    day is deleted and written again, or, where tables know no delete (Parquet on Spark), its
    partition is overwritten.

    Arguments: day – the column that holds the day.
    Returns: dictionary, for `config(**…)`. -#}
{% macro whole_days_config(day) -%}
    {{ return(adapter.dispatch('whole_days_config', 'stammkunde')(day)) }}
{%- endmacro %}

{% macro default__whole_days_config(day) -%}
    {{ return({'incremental_strategy': 'delete+insert', 'unique_key': day}) }}
{%- endmacro %}

{% macro spark__whole_days_config(day) -%}
    {{ return({'incremental_strategy': 'insert_overwrite', 'partition_by': [day]}) }}
{%- endmacro %}
