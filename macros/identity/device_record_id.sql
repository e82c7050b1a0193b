{#- The id of the record "this device, with this person logged in (or nobody)".

    Arguments: SQL texts – source_system, anonymous_id, user_key (null while nobody is logged in).
    Returns: SQL of a text. -#}
{% macro device_record_id(source_system, anonymous_id, user_key) -%}
    {{ qualified_id(source_system, anonymous_id) }} || coalesce('|' || {{ user_key }}, '')
{%- endmacro %}
