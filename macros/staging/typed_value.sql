{#-
    A text value as the type of its contract; null where it does not read as one.

    Whole numbers are read as decimals first, because a cast of '2.5' to bigint rounds on one engine
    and fails on the other. Decimals are kept to four places.

    Arguments:
        text: SQL expression of type string, trimmed.
        type: string, timestamp (ISO 8601, becomes UTC), local_timestamp (stays naive, for
            `to_utc`), date, boolean, bigint, double or decimal(18,4).
    Returns: SQL expression.
-#}
{% macro typed_value(text, type) -%}
    {%- if type == 'string' -%}
        {{ text }}
    {%- elif type == 'timestamp' -%}
        {{ stammkunde.parse_utc(text) }}
    {%- elif type == 'local_timestamp' -%}
        try_cast({{ text }} as timestamp)
    {%- elif type == 'bigint' -%}
        case
            when
                try_cast({{ text }} as decimal(18, 4))
                = floor(try_cast({{ text }} as decimal(18, 4)))
                then cast(try_cast({{ text }} as decimal(18, 4)) as bigint)
        end
    {%- else -%}
        try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
