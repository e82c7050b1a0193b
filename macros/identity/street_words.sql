{#-
    The words of a street address: lower case, single spaces, without the house number (digits, and
    the one letter that may follow them).

    Arguments:
        street: SQL expression of type string, street and house number in any order.
    Returns: SQL expression of type string, maybe empty.
-#}
{% macro street_words(street) -%}
    {%- set number = '[0-9]+[- /]*([^-0-9 .,;:/()#]([-0-9 .,;:/()#]|$))?' -%}
    {{ trim_spaces(
        regexp_replace_all(
            regexp_replace_all(lower_letters(street), number, ' '), '[- .,;:/()#]+', ' '
        )
    ) }}
{%- endmacro %}
