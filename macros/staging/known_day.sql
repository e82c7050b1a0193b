{#-
    A day, or null where it lies in the days of placeholders (var `placeholder_times`): a row of such
    a day counts on the newest day of its file, as one without a day does.

    Arguments:
        day: SQL expression of type date.
    Returns: SQL expression of type date.
-#}
{% macro known_day(day) -%}
    {%- set placeholders = var('placeholder_times') -%}
    case
        when
            {{ day }} >= cast('{{ placeholders.before }}' as date)
            and {{ day }} < cast('{{ placeholders.from }}' as date)
            then {{ day }}
    end
{%- endmacro %}
