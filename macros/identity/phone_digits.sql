{#- The digits of a telephone number as dialled, without extension; of `+49 (0)30 …` the bracketed
    zero, which is dialled inside the country only, is left out.

    Argument: SQL of a text, trimmed, lower case.  Returns: SQL of a text, maybe empty. -#}
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
