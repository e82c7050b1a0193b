{#-
    Whether a column holds numbers that a sender may write with a decimal comma.

    Arguments:
        rules: of the column, as in `base_rows`.
    Returns: true or false.
-#}
{% macro is_number(rules) %}
    {%- set type = rules.get('type', 'string') -%}
    {{- return(type in ['bigint', 'double'] or type.startswith('decimal')) -}}
{% endmacro %}
