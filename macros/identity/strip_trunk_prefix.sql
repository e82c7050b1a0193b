{#-
    A national number without what is dialled before it inside the country only. What its group
    catches stays, behind the replacement (see seed phone_countries).

    Arguments:
        number: SQL expression of type string.
        plan: alias of a row of seed phone_countries.
    Returns: SQL expression of type string; the number itself where no trunk prefix begins it.
-#}
{% macro strip_trunk_prefix(number, plan) -%}
    {%- set pattern = "'^(?:' || " ~ plan ~ ".trunk_prefix || ')'" -%}
    {%- set behind -%}
        substr({{ number }}, length(regexp_extract({{ number }}, {{ pattern }}, 0)) + 1)
    {%- endset -%}
    case
        when {{ plan }}.trunk_prefix is null then {{ number }}
        when {{ plan }}.trunk_replacement is null then {{ behind }}
        when regexp_extract({{ number }}, {{ pattern }}, 1) = '' then {{ behind }}
        else
            replace({{ plan }}.trunk_replacement, 'none', '')
            || regexp_extract({{ number }}, {{ pattern }}, 1) || {{ behind }}
    end
{%- endmacro %}
