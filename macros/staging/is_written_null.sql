{#-
    Condition: the text of a key stands for none (vars `written_nulls` and, where it would name a
    person, `guest_keys`).

    A cookie or device id is left alone: identity ties nobody by such a value, and to reject the
    events of visitors who gave no consent would lose them.

    Arguments:
        text: SQL expression of type string, trimmed.
        kind: kind of key, as in `base_rows`.
    Returns: SQL condition.
-#}
{% macro is_written_null(text, kind) -%}
    {%- if kind == 'anonymous_id' -%}
        false
    {%- else -%}
        {{ lower_letters(text) }} in (
            {%- for word in var('written_nulls') + (var('guest_keys') if kind == 'contact_key' else []) -%}
                {{ text_literal(word) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
