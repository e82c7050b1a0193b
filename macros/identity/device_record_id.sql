{#-
    The id of the record "this device, with this person logged in (or nobody)". A bar within the
    device's id is written as in an address of the web, so that the parts can be told apart.

    Arguments:
        source_system, anonymous_id: SQL expressions of type string.
        user_key: SQL expression of type string, null while nobody is logged in.
    Returns: SQL expression of type string.
-#}
{% macro device_record_id(source_system, anonymous_id, user_key) -%}
    {{ qualified_id(
        source_system, "replace(replace(" ~ anonymous_id ~ ", '%', '%25'), '|', '%7C')"
    ) }} || coalesce('|' || {{ user_key }}, '')
{%- endmacro %}
