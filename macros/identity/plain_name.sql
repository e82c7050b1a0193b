{#-
    A name as people read it, for what is done with its words: lower case, compatible letters as the
    plain ones, without emoji and other signs, titles before it and degrees behind a comma.

    Arguments:
        name: SQL expression of type string.
    Returns: SQL expression of type string, maybe empty.
-#}
{% macro plain_name(name) -%}
    {#- Titles that are names as well (Ing, Med) need their dot; a title alone is a name. -#}
    {%- set titles = '^(((dr|prof|herr|frau|mr|mrs|ms|mme)[.]?|(dipl|ing|mag|med)[.])[ .-]+)+' -%}
    {#- Arrows to dingbats, emoji, and what varies them: selectors, tags, key caps. -#}
    {%- set signs = '[!?*#=|~^<>{}_©®™\u20e3\u2190-\u2bff\u3030\u303d\ufe00-\ufe0f'
        ~ '\U0001f000-\U0001faff\U000e0020-\U000e007f]+' -%}
    {%- set degrees = ', *(dr|prof|phd|ph[.] ?d|md|mba|ma|msc|bsc|jr|jun|junior|sr|sen|senior|esq)'
        ~ '[. ]*$' -%}
    {%- set spaces = '[ \t\u00a0\u2000-\u200a\u202f\u3000]+' -%}
    {%- set lowered = regexp_replace_all(
        lower_letters(visible_text(regexp_replace_all(
            regexp_replace_all(compatible_letters(name), signs), spaces, ' '
        ))),
        degrees
    ) -%}
    coalesce(nullif({{ regexp_replace_all(lowered, titles) }}, ''), {{ lowered }})
{%- endmacro %}
