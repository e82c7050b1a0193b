{#-
    A text in which a letter and the accent typed after it are one character (Unicode's form C), as
    most keyboards write them; files from Macs bring the two apart. Small letters of the European
    alphabets alone: the engines must agree, and Spark has no function for the whole of Unicode.

    Arguments:
        expression: SQL expression of type string, in lower case.
        letters: `vowels` or `others`, Latin vowels or all the rest; each nests a call per letter,
            and a linter reads no deeper than one of them.
    Returns: SQL expression of type string.
-#}
{% macro compose_letters(expression, letters) -%}
    {%- set pairs = {
        'vowels': [
            ('\u0300', 'aeiou', 'àèìòù'),
            ('\u0301', 'aeiouy', 'áéíóúý'),
            ('\u0302', 'aeiou', 'âêîôû'),
            ('\u0303', 'ao', 'ãõ'),
            ('\u0304', 'aeiu', 'āēīū'),
            ('\u0306', 'a', 'ă'),
            ('\u0307', 'e', 'ė'),
            ('\u0308', 'aeiouy', 'äëïöüÿ'),
            ('\u030a', 'au', 'åů'),
            ('\u030b', 'ou', 'őű'),
            ('\u030c', 'e', 'ě'),
            ('\u0328', 'aeiu', 'ąęįų'),
        ],
        'others': [
            ('\u0301', 'cnsz' ~ 'αεηιουω', 'ćńśź' ~ 'άέήίόύώ'),
            ('\u0303', 'n', 'ñ'),
            ('\u0306', 'g' ~ 'и', 'ğ' ~ 'й'),
            ('\u0307', 'z', 'ż'),
            ('\u0308', 'еі', 'ёї'),
            ('\u030c', 'cdnrstz', 'čďňřšťž'),
            ('\u0326', 'st', 'șț'),
            ('\u0327', 'cs', 'çş'),
        ],
    } -%}
    {%- set composed = namespace(sql=expression) -%}
    {%- for mark, apart, joined in pairs[letters] -%}
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
