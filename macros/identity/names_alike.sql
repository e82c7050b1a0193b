{#-
    Whether two names are one: equal, one the beginning of the other (an initial, a second first
    name, half of a double name), or within a typing error. An umlaut is one letter there, lost as a
    whole or written without its dots.

    Arguments:
        one, other: SQL expressions of normalised names, see `normalise_name`.
        types: alias of the row of seed identifier_types for the identifier.
    Returns: SQL condition, null where either name is.
-#}
{% macro names_alike(one, other, types) -%}
    {%- set plain = [] -%}
    {%- for name in [one, other] -%}
        {%- do plain.append(
            "replace(replace(replace(" ~ name ~ ", 'ae', 'a'), 'oe', 'o'), 'ue', 'u')"
        ) -%}
    {%- endfor -%}
    (
        {{ starts_with(one, other) }}
        or {{ starts_with(other, one) }}
        or least(
            {{ edit_distance(one, other) }},
            {{ edit_distance(plain[0], plain[1]) }}
        ) * {{ types }}.name_letters_per_typing_error
        <= least(length({{ one }}), length({{ other }}))
    )
{%- endmacro %}
