{#-
    A name for comparison only: lower case, without titles, accents (German ones spelt out, as
    keyboards without umlauts do), spaces, signs and emoji. Letters of other scripts stay.

    Arguments:
        name: SQL expression of type string.
    Returns: SQL expression of type string; null where no letter is left.
-#}
{% macro normalise_name(name) -%}
    nullif(
        {{ regexp_replace_all(
            "translate("
            ~ "replace(replace(replace(replace(replace(replace(replace(replace(replace(replace("
            ~ plain_name(name) ~ ","
            ~ " 'a\u0308', 'ae'), 'o\u0308', 'oe'), 'u\u0308', 'ue'),"
            ~ " 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'),"
            ~ " 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),"
            ~ " 'áàâãåāăąçćĉċčďđðéèêëēĕėęěĝğġģĥħíìîïĩīĭįıĵķĺļľłñńņň"
            ~ "óòôõøōŏőŕŗřśŝşšșţťŧțúùûũūŭůűųŵýÿŷźżž"
            ~ "άέήίόύώϊϋΐΰςёйї',"
            ~ " 'aaaaaaaacccccdddeeeeeeeeegggghhiiiiiiiiijkllllnnnn"
            ~ "oooooooorrrsssssttttuuuuuuuuuwyyyzzz"
            ~ "αεηιουωιυιυσеиі')",
            "[0-9 \t\u00a0\u2000-\u200a\u202f\u3000._,''’‘`´ʼ()\"\u0300-\u036f‐-―−-]+"
        ) }},
        ''
    )
{%- endmacro %}
