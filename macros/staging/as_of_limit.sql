{#-
    First instant after the shop's day in var `as_of_date`, as SQL; none where the var is empty.

    Staging cannot ask the model `as_of`, which is made from staging. So the version rule takes the
    day from the var: where it is empty, everything that has landed is known.

    Returns: text of an SQL expression, or none.
-#}
{% macro as_of_limit() %}
    {%- set day = var('as_of_date', '') | string | trim -%}
    {%- if not day -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', day) -%}
        {{- exceptions.raise_compiler_error(
            "var as_of_date must be a day like 2025-12-31 (or empty), but is '" ~ day ~ "'"
        ) -}}
    {%- endif -%}
    {%- set next_day = modules.datetime.datetime.strptime(day, '%Y-%m-%d')
        + modules.datetime.timedelta(days=1) -%}
    {{- return(shop_midnight("cast('" ~ next_day.strftime('%Y-%m-%d') ~ "' as date)") | trim) -}}
{% endmacro %}
