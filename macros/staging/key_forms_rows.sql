{#-
    The CTE `key_forms` of `base_rows`; nothing where no column is a key.

    Arguments:
        raw_table: relation.
        columns, key_forms: as in `base_rows`.
    Returns: the CTE, with a comma at the end.
-#}
{% macro key_forms_rows(raw_table, columns, key_forms) %}
{%- set keys = {} -%}
{%- for name, rules in columns.items() if rules.key -%}
    {%- do keys.update({name: rules.key}) -%}
{%- endfor -%}
{%- if keys %}
key_forms as (

    {#- Unit tests see no graph. #}
    {% if key_forms and (not execute or graph.get('sources')) %}
    select * from {{ ref(key_forms) }}
    {%- else %}
    {{- stammkunde.key_forms([{'relation': raw_table, 'keys': keys}]) | trim | indent(4) }}
    {%- endif %}

),

{% endif -%}
{% endmacro %}
