{#-
    A text in lower case, letter by letter. Spark's `lower` looks at the word: the sigma at its end
    becomes another letter than elsewhere, and the dotted capital I becomes two characters.

    Arguments:
        expression: SQL expression of type string.
    Returns: SQL expression of type string.
-#}
{% macro lower_letters(expression) -%}
    {{ return(adapter.dispatch('lower_letters', 'stammkunde')(expression)) }}
{%- endmacro %}

{% macro default__lower_letters(expression) -%}
    lower({{ expression }})
{%- endmacro %}

{% macro spark__lower_letters(expression) -%}
    lower(translate({{ expression }}, 'Σİ', 'σi'))
{%- endmacro %}
