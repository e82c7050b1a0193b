{#-
    A number as text with a decimal point and no groups, as `typed_value` reads it. What cannot be
    told in the style of its file (1.000 where some values have commas and some points) comes out as
    a question mark, which reads as no number.

    Arguments:
        text: SQL expression of type string, trimmed.
        style: SQL expression of a style of `number_styles`; null: the text stays.
    Returns: SQL expression of type string.
-#}
{% macro plain_number(text, style) -%}
    {%- set marks = "'’" ~ '\u00a0\u2009\u202f' -%}
    {%- set spaced = "translate(" ~ text ~ ", " ~ text_literal(marks) ~ ", '     ')" -%}
    case
        when {{ style }} is null or {{ style }} = 'contradictory' then {{ text }}
        when
            {{ style }} in ('mixed_comma', 'mixed_point', 'unknown')
            and {{ regexp_is_match(text, '^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$') }}
            then '?'
        when {{ style }} in ('comma', 'mixed_comma')
            then
                case
                    when {{ regexp_is_match(
                        spaced, '^[+-]?([0-9]{1,3}([. ][0-9]{3})+|[0-9]*)(,[0-9]*)?$'
                    ) }}
                        then replace({{ regexp_replace_all(spaced, '[. ]') }}, ',', '.')
                    when {{ regexp_is_match(text, '[.]') }} then '?'
                    else {{ text }}
                end
        when {{ regexp_is_match(spaced, '^[+-]?[0-9]{1,3}([, ][0-9]{3})+([.][0-9]*)?$') }}
            then {{ regexp_replace_all(spaced, '[, ]') }}
        else {{ text }}
    end
{%- endmacro %}
