{#-
    The digits of a telephone number.

    Arguments:
        phone: SQL expression of type string.
    Returns: SQL expression of type string, maybe empty.
-#}
{% macro phone_digits(phone) -%}
    {{ regexp_replace_all(phone, '[^0-9]') }}
{%- endmacro %}
