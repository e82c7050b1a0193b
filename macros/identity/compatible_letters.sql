{#-
    A text with the letters that Unicode calls compatible (its form KC) as the plain ones: full-width
    Latin letters and digits, half-width katakana, ligatures, letters in circles and the bold and
    script alphabets of mathematics that people decorate their names with. No engine has a function
    for it. Letters and their accents are `compose_letters`' part.

    Arguments:
        expression: SQL expression of type string.
    Returns: SQL expression of type string.
-#}
{% macro compatible_letters(expression) -%}
    {#- Not the apostrophe and the backslash, which a literal of SQL would have to escape. -#}
    {%- set fancy = [] -%}
    {%- set plain = [] -%}
    {%- for code in range(0xff01, 0xff5f) if code not in (0xff07, 0xff3c) -%}
        {%- do fancy.append('%c' | format(code)) -%}
        {%- do plain.append('%c' | format(code - 0xfee0)) -%}
    {%- endfor -%}
    {#- Thirteen styles, capitals and small letters of each. -#}
    {%- for place in range(13 * 52) -%}
        {%- do fancy.append('%c' | format(0x1d400 + place)) -%}
        {%- do plain.append('%c' | format((65 if place % 52 < 26 else 71) + place % 52)) -%}
    {%- endfor -%}
    {%- for place in range(52) -%}
        {%- do fancy.append('%c' | format(0x24b6 + place)) -%}
        {%- do plain.append('%c' | format((65 if place < 26 else 71) + place)) -%}
    {%- endfor -%}
    {%- set wide = (fancy | join) ~ 'ªº\u3000'
        ~ 'ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ' -%}
    {%- set letters = (plain | join) ~ 'ao '
        ~ 'ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン'
        ~ '\u3099\u309a' -%}
    {%- set text = namespace(sql=expression) -%}
    {%- for ligature, spelt in [
        ('ﬀ', 'ff'), ('ﬁ', 'fi'), ('ﬂ', 'fl'), ('ﬃ', 'ffi'), ('ﬄ', 'ffl'), ('ﬅ', 'st'), ('ﬆ', 'st'),
        ('ĳ', 'ij'),
    ] -%}
        {%- set text.sql = "replace(" ~ text.sql ~ ", '" ~ ligature ~ "', '" ~ spelt ~ "')" -%}
    {%- endfor -%}
    case
        when {{ regexp_is_match(
            expression, '[ªºĳ\u24b6-\u24e9\u3000\ufb00-\ufb06\uff01-\uff9f\U0001d400-\U0001d6a3]'
        ) }}
            then translate({{ text.sql }}, '{{ wide }}', '{{ letters }}')
        else {{ expression }}
    end
{%- endmacro %}
