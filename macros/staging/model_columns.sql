{#-
    Columns of the model that is being compiled, from its own YAML, so that a contract is written
    once. Unit tests have no YAML and override this macro.

    Returns: list of {name, data_type}; empty at parse time.
-#}
{% macro model_columns() %}
    {%- set columns = [] -%}
    {%- if execute -%}
        {%- for column in model.columns.values() -%}
            {%- do columns.append({'name': column.name, 'data_type': column.data_type}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(columns) -}}
{% endmacro %}
