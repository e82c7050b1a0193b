{#-
    `key_forms` over all feeds of a source that var `sources` names, by the keys of its contract
    (`config.meta.key`).

    Arguments:
        source_name: as in the source's YAML.
    Returns: a select statement.
-#}
{% macro source_key_forms(source_name) %}
{%- set tables = [] -%}
{%- for feed in var('sources')[source_name] -%}
    {#- Said while the project is parsed, too: there dbt learns what the model reads. -#}
    {%- set relation = source(source_name, feed) -%}
    {%- set source_id = 'source.' ~ model.package_name ~ '.' ~ source_name ~ '.' ~ feed -%}
    {%- set contract = graph.get('sources', {}).get(source_id) if execute else none -%}
    {%- set keys = {} -%}
    {%- for name, column in (contract.columns if contract else {}).items() -%}
        {%- if column.config.meta.get('key') -%}
            {%- do keys.update({name: column.config.meta['key']}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if keys -%}
        {%- do tables.append({'relation': relation, 'keys': keys}) -%}
    {%- endif -%}
{%- endfor -%}
{{- key_forms(tables, source_name) if tables else "select '" ~ source_name ~ "' as source_system" -}}
{% endmacro %}
