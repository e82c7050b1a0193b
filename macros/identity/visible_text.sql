{#-
    A text without what nobody sees: spaces, tabs and line breaks around it, and the characters
    without width that come along with text copied out of pages and messages.

    Arguments:
        expression: SQL expression of type string.
    Returns: SQL expression of type string.
-#}
{% macro visible_text(expression) -%}
    {{ trim_spaces(regexp_replace_all(
        expression,
        '^[\t\n\r ]+|[\t\n\r ]+$|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]'
    )) }}
{%- endmacro %}
