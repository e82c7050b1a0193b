{#-
    Condition: the time is a placeholder of the system that wrote it, such as second 0 of Unix, the
    first day of spreadsheets or 9999-12-31, in whatever zone (var `placeholder_times`).

    Arguments:
        time: SQL expression.
        type: timestamp, local_timestamp or date.
    Returns: SQL condition, null for null.
-#}
{% macro is_placeholder_time(time, type='timestamp') -%}
    {%- set placeholders = var('placeholder_times') -%}
    {%- set sql_type = 'date' if type == 'date' else 'timestamp' -%}
    {%- set times = [] -%}
    {%- for day in placeholders.days -%}
        {%- set midnight = "cast('" ~ day ~ "' as " ~ sql_type ~ ")" -%}
        {%- do times.append(midnight) -%}
        {%- if type == 'timestamp' and var('shop_time_zone') != 'UTC' -%}
            {%- do times.append(shop_midnight(midnight)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ time }} < cast('{{ placeholders.before }}' as {{ sql_type }})
    or {{ time }} >= cast('{{ placeholders.from }}' as {{ sql_type }})
    {%- if times %}
    or {{ time }} in ({{ times | join(', ') }})
    {%- endif -%}
{%- endmacro %}
