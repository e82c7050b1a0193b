{#-
    Name of the shop's time zone, from var `shop_time_zone`; an unknown one stops dbt while it reads
    the project, before any model runs.

    Returns: text, an IANA name such as Europe/Berlin.
-#}
{% macro shop_time_zone() %}
    {%- set zone = var('shop_time_zone', 'UTC') or 'UTC' -%}
    {%- if zone not in modules.pytz.all_timezones_set -%}
        {{- exceptions.raise_compiler_error(
            "var shop_time_zone must be a name of the IANA time zone database like Europe/Berlin"
            ~ " (or UTC), but is '" ~ zone ~ "'"
        ) -}}
    {%- endif -%}
    {{- return('UTC' if zone in ['UTC', 'Etc/UTC'] else zone) -}}
{% endmacro %}
