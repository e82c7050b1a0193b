{#-
    Instant in UTC from ISO 8601 text; null where the text is none. Text without an offset is taken
    as UTC.

    DuckDB's cast to `timestamp` silently drops an offset (`10:00+02:00` becomes 10:00), so the text
    has to pass through `timestamptz`; and that cast reads text without one in the time zone of the
    session, so that such text does not. Spark's `timestamp` is an instant already, but it
    reads no offset behind a time without seconds.

    Arguments:
        text: SQL expression of type string that looks like ISO 8601 (see `typed_value`): what each
            engine takes beyond it differs.
    Returns: SQL expression of type timestamp (UTC).
-#}
{% macro parse_utc(text) -%}
    {{ return(adapter.dispatch('parse_utc', 'stammkunde')(text)) }}
{%- endmacro %}

{% macro default__parse_utc(text) -%}
    case
        when
            ends_with({{ text }}, 'Z') or regexp_matches(substr({{ text }}, 11), '[Z+-]|UTC')
            then try_cast({{ text }} as timestamptz) at time zone 'UTC'
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro spark__parse_utc(text) -%}
    try_cast(
        regexp_replace({{ text }}, '([T ][0-9]+:[0-9]+)(Z| UTC|[+-][0-9:]+)$', '$1:00$2') as timestamp
    )
{%- endmacro %}
