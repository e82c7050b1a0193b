{#-
    Instant in UTC of a naive local time.

    An hour that the clocks show twice in autumn, or skip in spring, is resolved by the engine:
    DuckDB takes standard time; Spark takes the earlier offset in autumn. Every other time is equal
    on both.

    Arguments:
        local_time: SQL expression of type timestamp, without zone.
        zone: IANA name, for example 'Europe/London'.
    Returns: SQL expression of type timestamp (UTC).
-#}
{% macro to_utc(local_time, zone) -%}
    {{ return(adapter.dispatch('to_utc', 'stammkunde')(local_time, zone)) }}
{%- endmacro %}

{% macro default__to_utc(local_time, zone) -%}
    ({{ local_time }} at time zone '{{ zone }}' at time zone 'UTC')
{%- endmacro %}

{% macro spark__to_utc(local_time, zone) -%}
    to_utc_timestamp({{ local_time }}, '{{ zone }}')
{%- endmacro %}
