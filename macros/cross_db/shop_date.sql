{#-
    The shop's day of an instant: the date that its clocks show in var `shop_time_zone`. In UTC, the
    default, it is the plain cast.

    Through UTC to the zone, so that the time zone of the session does not matter.

    Arguments:
        instant: SQL expression of type timestamp (UTC).
    Returns: SQL expression of type date.
-#}
{% macro shop_date(instant) -%}
    {%- set zone = shop_time_zone() -%}
    {%- if zone == 'UTC' -%}
        cast({{ instant }} as date)
    {%- else -%}
        {{ return(adapter.dispatch('shop_date', 'stammkunde')(instant, zone)) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__shop_date(instant, zone) -%}
    cast({{ instant }} at time zone 'UTC' at time zone '{{ zone }}' as date)
{%- endmacro %}

{% macro spark__shop_date(instant, zone) -%}
    cast(from_utc_timestamp({{ instant }}, '{{ zone }}') as date)
{%- endmacro %}
