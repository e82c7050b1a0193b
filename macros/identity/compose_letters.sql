{#-
    A text in which a letter and the accent typed after it are one character (Unicode's form C), as
    most keyboards write them; files from Macs bring the two apart. The letters of the European
    alphabets, small ones; no engine's own function, since Spark has none.

    Arguments:
        expression: SQL expression of type string, in lower case.
    Returns: SQL expression of type string.
-#}
{% macro compose_letters(expression) -%}
    {%- set composed = namespace(sql=expression) -%}
    {%- for mark, apart, joined in [
        ('\u0300', 'aeiou', 'àèìòù'),
        ('\u0301', 'aceilnorsuyzαεηιουω', 'áćéíĺńóŕśúýźάέήίόύώ'),
        ('\u0302', 'aceghijosuwy', 'âĉêĝĥîĵôŝûŵŷ'),
        ('\u0303', 'ainou', 'ãĩñõũ'),
        ('\u0304', 'aeiou', 'āēīōū'),
        ('\u0306', 'agu' ~ 'иу', 'ăğŭ' ~ 'йў'),
        ('\u0307', 'cegz', 'ċėġż'),
        ('\u0308', 'aeiouy' ~ 'ιυ' ~ 'еі', 'äëïöüÿ' ~ 'ϊϋ' ~ 'ёї'),
        ('\u030a', 'au', 'åů'),
        ('\u030b', 'ou', 'őű'),
        ('\u030c', 'cdelnrstz', 'čďěľňřšťž'),
        ('\u0326', 'st', 'șț'),
        ('\u0327', 'cgklnrst', 'çģķļņŗşţ'),
        ('\u0328', 'aeiu', 'ąęįų'),
    ] -%}
        {%- for letter in apart -%}
            {%- set composed.sql = "replace(" ~ composed.sql ~ ", '" ~ letter ~ mark ~ "', '"
                ~ joined[loop.index0] ~ "')" -%}
        {%- endfor -%}
    {%- endfor -%}
    case
        when {{ regexp_is_match(expression, '[\u0300-\u0328]') }} then {{ composed.sql }}
        else {{ expression }}
    end
{%- endmacro %}
