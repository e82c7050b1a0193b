{#-
    A text value as the type of its contract; null where it does not read as one.

    Casts alone are no contract: one engine takes `infinity`, `epoch` and `1_000`, the other takes
    `2025` for a day, `10:00` for a time of today, and `1d` for a number; an offset of a naive time
    is dropped without a word. So the text has to look like its type first: ISO 8601 from the year
    1000 to 9999, plain or scientific numbers. (0.09 CPU seconds per million values.)

    Whole numbers are read as decimals first, because a cast of '2.5' to bigint rounds on one engine
    and fails on the other. Decimals are kept to four places.

    Arguments:
        text: SQL expression of type string, trimmed.
        type: string, timestamp (ISO 8601, becomes UTC; a day alone is the shop's midnight), local_timestamp (stays naive, for
            `to_utc`; has no offset), date (its time, if any, is left out), boolean, bigint, double
            or decimal(18,4).
    Returns: SQL expression.
-#}
{% macro typed_value(text, type) -%}
    {%- set day = '[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}' -%}
    {%- set time = '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]+)?)?' -%}
    {%- set offset = '(Z| UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    {%- set naive = '^' ~ day ~ '([T ]' ~ time ~ ')?$' -%}
    {%- set number = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$' -%}
    {%- if type == 'string' -%}
        {{ text }}
    {%- elif type == 'timestamp' -%}
        case
            when {{ regexp_is_match(text, '^' ~ day ~ '([T ]' ~ time ~ '(' ~ offset ~ ')?)?$') }}
                then
                    {%- if shop_time_zone() == 'UTC' %}
                    {{ parse_utc(text) }}
                    {%- else %}
                    case
                        when length({{ text }}) <= 10
                            then {{ shop_midnight('try_cast(' ~ text ~ ' as date)') }}
                        else {{ parse_utc(text) }}
                    end
                    {%- endif %}
        end
    {%- elif type == 'local_timestamp' -%}
        case when {{ regexp_is_match(text, naive) }} then try_cast({{ text }} as timestamp) end
    {%- elif type == 'date' -%}
        case when {{ regexp_is_match(text, naive) }} then try_cast({{ text }} as date) end
    {%- elif type == 'boolean' -%}
        try_cast({{ text }} as boolean)
    {%- elif type == 'bigint' -%}
        case
            when
                {{ regexp_is_match(text, number) }}
                and try_cast({{ text }} as decimal(18, 4))
                = floor(try_cast({{ text }} as decimal(18, 4)))
                then cast(try_cast({{ text }} as decimal(18, 4)) as bigint)
        end
    {%- else -%}
        case when {{ regexp_is_match(text, number) }} then try_cast({{ text }} as {{ type }}) end
    {%- endif -%}
{%- endmacro %}
