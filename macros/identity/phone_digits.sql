{#-
    The digits of a telephone number as dialled, without extension; of `+49 (0)30 …` the bracketed
    zero, which is dialled inside the country only, is left out.

    Arguments:
        phone: SQL expression of type string, trimmed and in lower case.
    Returns: SQL expression of type string, maybe empty.
-#}
{% macro phone_digits(phone) -%}
    {{ regexp_replace_all(
        regexp_replace_all(
            "case when " ~ phone ~ " like '+%' or " ~ phone ~ " like '00%'"
            ~ " then replace(" ~ phone ~ ", '(0)', '') else " ~ phone ~ " end",
            '(ext|x|durchwahl|dw|#).*$'
        ),
        '[^0-9]'
    ) }}
{%- endmacro %}
