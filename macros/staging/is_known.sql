{#-
    Condition: the time lies before the end of var `as_of_date`; always true where the var is empty.
    For what staging derives from many rows: a name or a country chosen by majority must not lean on
    rows of later days.

    Arguments:
        time: SQL expression of type timestamp.
    Returns: SQL condition.
-#}
{% macro is_known(time) -%}
    {%- set limit = as_of_limit() -%}
    {{ time ~ ' < ' ~ limit if limit else '1 = 1' }}
{%- endmacro %}
