{#-
    The id of the record "this address, used for this contact (or nobody known)". The address itself
    is personal data and therefore hashed: record ids turn up in logs and tests.

    Arguments:
        source_system: SQL expression of type string.
        contact_key, identifier_type, address: SQL expressions of type string; each may be null.
    Returns: SQL expression of type string.
-#}
{% macro address_record_id(source_system, contact_key, identifier_type, address) -%}
    {{ source_system }} || '|' || md5(
        coalesce({{ contact_key }}, '') || '|' || coalesce({{ identifier_type }}, '') || '|'
        || coalesce({{ address }}, '')
    )
{%- endmacro %}
