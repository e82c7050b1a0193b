{#-
    The instant at which a day of the shop begins, in its time zone (var `shop_time_zone`).

    Where the clocks skip midnight, it is the moment of the change; where they show it twice, the
    first of the two (Havana, Beirut).

    Arguments:
        day: SQL expression of type date.
    Returns: SQL expression of type timestamp (UTC).
-#}
{% macro shop_midnight(day) -%}
    {%- set zone = shop_time_zone() -%}
    {%- set midnight = 'cast(' ~ day ~ ' as timestamp)' -%}
    {%- if zone == 'UTC' -%}
        {{ midnight }}
    {%- else -%}
        {%- set instant = '(' ~ to_utc(midnight, zone) ~ ')' -%}
        {%- set hour_before = '(' ~ instant ~ ' - interval 1 hour)' -%}
        case when {{ shop_date(hour_before) }} = {{ day }} then {{ hour_before }} else {{ instant }} end
    {%- endif -%}
{%- endmacro %}
