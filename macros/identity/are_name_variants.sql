{#-
    Condition of a join of seed name_variants to two first names. Hash joins on both columns: the
    seed holds each pair once, in the order of the alphabet.

    Arguments:
        variants: alias of seed name_variants.
        one, other: aliases of rows with first_word.
    Returns: SQL condition.
-#}
{% macro are_name_variants(variants, one, other) -%}
    least({{ one }}.first_word, {{ other }}.first_word) = {{ variants }}.first_name
    and greatest({{ one }}.first_word, {{ other }}.first_word) = {{ variants }}.variant
{%- endmacro %}
