{#-
    A text in which a letter and the accent typed after it are one character (Unicode's form C), as
    most keyboards write them; files from Macs bring the two apart. Small letters of the European
    alphabets alone: the engines must agree, and Spark has no function for the whole of Unicode.

    Arguments:
        expression: SQL expression of type string, in lower case.
        part: 0 to 3; a quarter of the letters each, since a call is nested per letter and the
            linter reads no deeper.
    Returns: SQL expression of type string.
-#}
{% macro compose_letters(expression, part) -%}
    {%- set pairs = [] -%}
    {%- for mark, apart, joined in [
        ('\u0300', 'aeiou', 'àèìòù'),
        ('\u0301', 'aceinosuyz' ~ 'αεηιουω', 'áćéíńóśúýź' ~ 'άέήίόύώ'),
        ('\u0302', 'aeiou', 'âêîôû'),
        ('\u0303', 'ano', 'ãñõ'),
        ('\u0304', 'aeiu', 'āēīū'),
        ('\u0306', 'ag' ~ 'и', 'ăğ' ~ 'й'),
        ('\u0307', 'ez', 'ėż'),
        ('\u0308', 'aeiouy' ~ 'еі', 'äëïöüÿ' ~ 'ёї'),
        ('\u030a', 'au', 'åů'),
        ('\u030b', 'ou', 'őű'),
        ('\u030c', 'cdenrstz', 'čďěňřšťž'),
        ('\u0326', 'st', 'șț'),
        ('\u0327', 'cs', 'çş'),
        ('\u0328', 'aeiu', 'ąęįų'),
    ] -%}
        {%- for letter in apart -%}
            {%- do pairs.append((letter ~ mark, joined[loop.index0])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set composed = namespace(sql=expression) -%}
    {%- for apart, joined in (pairs | slice(4) | list)[part] -%}
        {%- set composed.sql = "replace(" ~ composed.sql ~ ", '" ~ apart ~ "', '" ~ joined ~ "')" -%}
    {%- endfor -%}
    case
        when {{ regexp_is_match(expression, '[\u0300-\u0328]') }} then {{ composed.sql }}
        else {{ expression }}
    end
{%- endmacro %}
