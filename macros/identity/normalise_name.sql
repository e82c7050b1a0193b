{#-
    A name for comparison only: lower case, without accents (German ones spelt out, as keyboards
    without umlauts do), spaces and signs. Letters of other scripts stay.

    Arguments:
        name: SQL expression of type string.
    Returns: SQL expression of type string; null where no letter is left.
-#}
{% macro normalise_name(name) -%}
    nullif(
        {{ regexp_replace_all(
            "translate("
            ~ "replace(replace(replace(replace(replace(replace(" ~ lower_letters(name) ~ ","
            ~ " 'ß', 'ss'), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'æ', 'ae'), 'œ', 'oe'),"
            ~ " 'áàâãåçéèêëíìîïñóòôõøúùûýÿšžčćłńśźżřťďěůőűğışțșăąę',"
            ~ " 'aaaaaceeeeiiiinooooouuuyyszcclnszzrtdeuougistsaae')",
            "[-0-9 ._,''’´`()]+"
        ) }},
        ''
    )
{%- endmacro %}
