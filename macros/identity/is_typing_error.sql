{#-
    Whether two names differ by no more than a typing error: one letter in so many of the shorter one
    (`name_letters_per_typing_error`), or two that changed places.

    Arguments:
        one, other: SQL expressions of normalised names, see `normalise_name`.
        types: alias of the row of seed identifier_types for the identifier.
    Returns: SQL condition, null where either name is.
-#}
{% macro is_typing_error(one, other, types) -%}
    {%- set plain = [] -%}
    {%- for name in [one, other] -%}
        {%- do plain.append(
            "replace(replace(replace(" ~ name ~ ", 'ae', 'a'), 'oe', 'o'), 'ue', 'u')"
        ) -%}
    {%- endfor -%}
    (
        least(
            {{ edit_distance(one, other) }},
            {{ edit_distance(plain[0], plain[1]) }}
        ) * {{ types }}.name_letters_per_typing_error
        <= least(length({{ one }}), length({{ other }}))
        or ({{ edit_distance(one, other) }} = 2 and {{ are_anagrams(one, other) }})
    )
{%- endmacro %}
