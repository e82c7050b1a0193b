{#-
    The letters of a name in lower case, for comparison only: without accents (German ones spelt out,
    as keyboards without umlauts do), spaces and signs. Letters of other scripts stay; Japanese ones
    lose their voice marks, which half-width letters have behind them and names are read both ways
    with (Yamasaki, Yamazaki).

    Arguments:
        name: SQL expression of type string, see `plain_name`.
    Returns: SQL expression of type string; null where no letter is left.
-#}
{% macro name_letters(name) -%}
    nullif(
        {{ regexp_replace_all(
            "translate("
            ~ "replace(replace(replace(replace(replace(replace(replace(replace(replace(replace("
            ~ name ~ ","
            ~ " 'a\u0308', 'ae'), 'o\u0308', 'oe'), 'u\u0308', 'ue'),"
            ~ " 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'),"
            ~ " 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),"
            ~ " 'áàâãåāăąçćĉċčďđðéèêëēĕėęěĝğġģĥħíìîïĩīĭįıĵķĺļľłñńņň"
            ~ "óòôõøōŏőŕŗřśŝşšșţťŧțúùûũūŭůűųŵýÿŷźżž"
            ~ "άέήίόύώϊϋΐΰςёйї"
            ~ "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ"
            ~ "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ',"
            ~ " 'aaaaaaaacccccdddeeeeeeeeegggghhiiiiiiiiijkllllnnnn"
            ~ "oooooooorrrsssssttttuuuuuuuuuwyyyzzz"
            ~ "αεηιουωιυιυσеиі"
            ~ "かきくけこさしすせそたちつてとはひふへほはひふへほ"
            ~ "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホウ')",
            "[0-9 \t\u00a0\u2000-\u200a\u202f\u3000._,''’‘`´ʼ()\"\u0300-\u036f\u3099-\u309c‐-―−-]+"
        ) }},
        ''
    )
{%- endmacro %}
