{#-
    A code that people type off a card: capitals and digits, without what stands between them. Zeros
    at the beginning are part of it. A code that a spreadsheet took for a number is mended where it
    only got a fraction (`123.0`), and none where digits are lost (`1.23E+15`).

    Arguments:
        code: SQL expression of type string.
    Returns: SQL expression of type string; null where nothing is left.
-#}
{% macro normalise_code(code) -%}
    {%- set text = visible_text(compatible_letters(code)) -%}
    case
        when {{ regexp_is_match(text, '^[0-9]([.][0-9]+)?[eE][+][0-9]+$') }} then null
        when {{ regexp_is_match(text, '^[0-9]+[.]0$') }}
            then {{ regexp_replace_all(text, '[.]0$') }}
        else nullif(
            {{ upper_letters(regexp_replace_all(
                text, '[ \t\u00a0\u2000-\u200a\u202f\u3000_./:#*‐-―−-]'
            )) }},
            ''
        )
    end
{%- endmacro %}
