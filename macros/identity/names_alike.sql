{#-
    Whether two names are one: equal, one the beginning of the other (an initial, a second first
    name, half of a double name), or within a typing error. Two letters that changed places are one, and
    an umlaut is one letter, lost as a whole or written without its dots.

    Arguments:
        one, other: SQL expressions of normalised names, see `normalise_name`.
        types: alias of the row of seed identifier_types for the identifier.
    Returns: SQL condition, null where either name is.
-#}
{% macro names_alike(one, other, types) -%}
    (
        {{ starts_with(one, other) }}
        or {{ starts_with(other, one) }}
        or {{ is_typing_error(one, other, types) | indent(8) }}
    )
{%- endmacro %}
