{#-
    Stops the compilation where a staging model and the contract of its source disagree on the
    columns, on what is required or on what is a key; the loader reads the one, staging the other.

    Silent where there is no graph: at parse time and in unit tests.

    Arguments:
        source_name, table_name: the source as in its YAML.
        columns: the dictionary of `base_rows`.
    Returns: nothing.
-#}
{% macro check_contract(source_name, table_name, columns) %}
    {%- set source_id = 'source.' ~ model.package_name ~ '.' ~ source_name ~ '.' ~ table_name -%}
    {%- set contract = graph.get('sources', {}).get(source_id) if execute else none -%}
    {%- if contract -%}
        {%- for name, column in contract.columns.items() -%}
            {%- set required = column.config.meta.get('required', false) -%}
            {%- if name not in columns -%}
                {{- exceptions.raise_compiler_error(
                    model.name ~ " does not read column " ~ name ~ " of " ~ source_id
                ) -}}
            {%- elif columns[name].get('required', false) != required -%}
                {{- exceptions.raise_compiler_error(
                    model.name ~ " and " ~ source_id ~ " disagree whether " ~ name ~ " is required"
                ) -}}
            {%- elif columns[name].get('key') != column.config.meta.get('key') -%}
                {{- exceptions.raise_compiler_error(
                    model.name ~ " and " ~ source_id ~ " disagree on the key that " ~ name ~ " is"
                ) -}}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in columns if name not in contract.columns -%}
            {{- exceptions.raise_compiler_error(
                model.name ~ " reads column " ~ name ~ ", which is not in " ~ source_id
            ) -}}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
