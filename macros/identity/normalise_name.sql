{#-
    A name for comparison only: lower case, without titles, accents (German ones spelt out, as
    keyboards without umlauts do), spaces, signs and emoji. Letters of other scripts stay. See
    `plain_name` and `name_letters`.

    Arguments:
        name: SQL expression of type string.
    Returns: SQL expression of type string; null where no letter is left.
-#}
{% macro normalise_name(name) -%}
    {{ name_letters(plain_name(name)) }}
{%- endmacro %}
