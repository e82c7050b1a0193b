{#-
    Settings of a `base_` model whose rows stay as they are written: a run appends those of the files
    that it has not seen (`base_rows`). On Spark such a table is written anew.

    Returns: dictionary, for `config(**…)`.
-#}
{% macro appended_rows_config() -%}
    {{ return(adapter.dispatch('appended_rows_config', 'stammkunde')()) }}
{%- endmacro %}

{% macro default__appended_rows_config() -%}
    {{ return({'materialized': 'incremental', 'incremental_strategy': 'append'}) }}
{%- endmacro %}

{% macro spark__appended_rows_config() -%}
    {{ return({'materialized': 'table'}) }}
{%- endmacro %}
