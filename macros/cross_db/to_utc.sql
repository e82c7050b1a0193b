{#-
    Instant in UTC of a naive local time.

    An hour that the clocks show twice in autumn is read as standard time, the second of the two;
    one that they skip in spring as if they had not been moved yet. That is DuckDB's way. Spark
    takes the first of the two: where the instant an hour later shows the same time, that one is
    meant. (Zones that move by something else than an hour, such as Lord Howe, are not covered.)

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
    {%- set instant = "to_utc_timestamp(" ~ local_time ~ ", '" ~ zone ~ "')" -%}
    case
        when from_utc_timestamp({{ instant }} + interval 1 hour, '{{ zone }}') = {{ local_time }}
            then {{ instant }} + interval 1 hour
        else {{ instant }}
    end
{%- endmacro %}
