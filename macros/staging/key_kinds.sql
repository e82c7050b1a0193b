{#-
    The keys of a raw table by its contract (`config.meta.key`). Unit tests and parsing see no contract.

    Arguments:
        source_name, table_name: as in the source's YAML.
    Returns: dictionary of column → kind of key.
-#}
{% macro key_kinds(source_name, table_name) %}
    {%- set source_id = 'source.' ~ model.package_name ~ '.' ~ source_name ~ '.' ~ table_name -%}
    {%- set contract = graph.get('sources', {}).get(source_id) if execute else none -%}
    {%- set kinds = {} -%}
    {%- for name, column in (contract.columns if contract else {}).items() -%}
        {%- if column.config.meta.get('key') -%}
            {%- do kinds.update({name: column.config.meta['key']}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(kinds) -}}
{% endmacro %}

{#-
    The kinds of keys of a source, in the order of its enabled feeds.

    Arguments:
        source_name: as in the source's YAML.
    Returns: list of kinds.
-#}
{% macro source_key_kinds(source_name) %}
    {%- set kinds = [] -%}
    {%- for feed in var('sources')[source_name] -%}
        {%- for kind in key_kinds(source_name, feed).values() if kind not in kinds -%}
            {%- do kinds.append(kind) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(kinds) -}}
{% endmacro %}
