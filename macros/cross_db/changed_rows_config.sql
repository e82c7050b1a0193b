{#-
    Settings of a model whose table keeps every row that did not change: its query gives all rows,
    and only new, changed and vanished ones are written. Tables that know no merge (Parquet on
    Spark) are written anew as a whole, with the same result.

    Arguments:
        key: column that names a row.
        version: column that differs where anything of a row does.
    Returns: dictionary, for `config(**…)`.
-#}
{% macro changed_rows_config(key, version) -%}
    {{ return(adapter.dispatch('changed_rows_config', 'stammkunde')(key, version)) }}
{%- endmacro %}

{% macro default__changed_rows_config(key, version) -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'merge',
        'unique_key': key,
        'on_schema_change': 'sync_all_columns',
        'merge_clauses': {
            'when_matched': [{
                'action': 'update',
                'mode': 'by_name',
                'condition': 'DBT_INTERNAL_SOURCE.' ~ version ~ ' <> DBT_INTERNAL_DEST.' ~ version,
            }],
            'when_not_matched': [
                {'action': 'insert', 'mode': 'by_name'},
                {'action': 'delete', 'by': 'source'},
            ],
        },
    }) }}
{%- endmacro %}

{% macro spark__changed_rows_config(key, version) -%}
    {{ return({'materialized': 'table'}) }}
{%- endmacro %}
