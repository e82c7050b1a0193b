{#-
    Settings of a `base_` model as in `appended_rows_config`, of a feed with versions: a row whose outcome
    a later version changed is written again. On Spark such a table is written anew.

    Returns: dictionary, for `config(**…)`.
-#}
{% macro updated_rows_config() -%}
    {{ return(adapter.dispatch('updated_rows_config', 'stammkunde')()) }}
{%- endmacro %}

{% macro default__updated_rows_config() -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'delete+insert',
        'unique_key': ['_file', '_row_number'],
    }) }}
{%- endmacro %}

{% macro spark__updated_rows_config() -%}
    {{ return({'materialized': 'table'}) }}
{%- endmacro %}
