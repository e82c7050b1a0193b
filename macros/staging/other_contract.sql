{#-
    Whether an incremental table holds rows of another contract than `contract` (column `_contract`).

    Returns: the reason in words; none where it does not.
-#}
{% macro other_contract(relation, contract) %}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') -%}
    {%- if '_contract' not in columns | list -%}
        {{- return('an earlier release built it') -}}
    {%- endif -%}
    {%- set found = "select count(*) from " ~ relation ~ " where _contract <> '" ~ contract ~ "'" -%}
    {{- return('its contract has changed' if run_query(found).rows[0][0] else none) -}}
{% endmacro %}
