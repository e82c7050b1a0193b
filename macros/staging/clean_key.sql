{#-
    A key as it is compared; null where the text names nothing: a written null, or what a spreadsheet
    left of a key. `1001.0` is `1001` where the source's keys of the kind have no other decimals.

    Arguments:
        text: SQL expression of type string, trimmed.
        kind: kind of key, as in `base_rows`.
        is_whole: SQL condition, a column of `key_forms`.
    Returns: SQL expression of type string.
-#}
{% macro clean_key(text, kind, is_whole) -%}
    case
        when {{ is_shortened(text) }} then cast(null as string)
        when {{ is_written_null(text, kind) }} then null
        when {{ is_whole }} and {{ regexp_is_match(text, '^[+]?[0-9]+[.,]0+$') }}
            then {{ regexp_replace_all(text, '[.,]0+$', '') }}
        else {{ text }}
    end
{%- endmacro %}
