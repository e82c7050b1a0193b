{#-
    A telephone number in the international form (E.164), by the dialling rules of its record's
    country.

    In this order: a plus sign or the country's international prefix starts a full number; the trunk
    prefix is replaced by the calling code; a number longer than the country's longest that starts
    with the calling code lost its plus sign; any other lost its trunk prefix (spreadsheets drop
    leading zeros). The length must suit: the country's own for its numbers, 8 to 15 digits (E.164's
    limit) for foreign ones.

    Arguments:
        digits: SQL expression of type string (see `phone_digits`).
        has_plus: SQL condition.
        countries: alias of the row of seed phone_countries for the record's country (left join: all
            null for an unknown country).
    Returns: SQL expression of type string, such as +493012345; null where the number is none or its
    country unknown.
-#}
{% macro normalise_phone(digits, has_plus, countries) -%}
    {%- set code = countries ~ '.calling_code' -%}
    {%- set trunk = "coalesce(" ~ countries ~ ".trunk_prefix, '')" -%}
    {%- set abroad = "coalesce(" ~ countries ~ ".international_prefix, '00')" -%}
    {%- set longest = countries ~ '.max_national_digits' -%}
    {%- set international -%}
        case
            when {{ has_plus }} then {{ digits }}
            when {{ digits }} like {{ abroad }} || '%'
                then substr({{ digits }}, length({{ abroad }}) + 1)
            when {{ trunk }} <> '' and {{ digits }} like {{ trunk }} || '%'
                then {{ code }} || substr({{ digits }}, length({{ trunk }}) + 1)
            when {{ digits }} like {{ code }} || '%' and length({{ digits }}) > {{ longest }}
                then {{ digits }}
            else {{ code }} || {{ digits }}
        end
    {%- endset -%}
    {#- +49 030 …: the trunk prefix written although the calling code is there. -#}
    {%- set full -%}
        case
            when {{ trunk }} <> '' and {{ international }} like {{ code }} || {{ trunk }} || '%'
                then {{ code }}
                    || substr({{ international }}, length({{ code }}) + length({{ trunk }}) + 1)
            else {{ international }}
        end
    {%- endset -%}
    case
        when {{ full }} like {{ code }} || '%'
            then case
                when
                    length({{ full }}) - length({{ code }})
                    between {{ countries }}.min_national_digits and {{ longest }}
                    then '+' || {{ full }}
            end
        when length({{ full }}) between 8 and 15 then '+' || {{ full }}
    end
{%- endmacro %}
