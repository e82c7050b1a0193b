{#-
    The reason against a typed value of `base_rows`, as SQL; null where there is none.

    Arguments:
        name, rules: a column and its rules, as in `base_rows`.
        numbers: the columns that `number_styles` knows.
    Returns: text of an SQL expression; empty where nothing can speak against the column.
-#}
{% macro column_reasons(name, rules, numbers=[]) %}
    {%- set type = rules.get('type', 'string') -%}
    {%- set text = name if type == 'string' and not rules.key else name ~ '_text' -%}
    {%- set is_time = type in ['timestamp', 'local_timestamp'] or rules.past -%}
    {%- if type != 'string' or rules.get('required') or rules.required_if or rules.check %}
case
    {%- if name in numbers %}
    when {{ name }}_style = 'contradictory' then 'contradictory:{{ name }}'
    {%- endif %}
    {%- if rules.get('required') %}
    when {{ text }} is null then 'missing:{{ name }}'
    {%- elif rules.required_if %}
    when {{ text }} is null and {{ rules.required_if }} then 'missing:{{ name }}'
    {%- endif %}
    {%- if rules.key and (rules.get('required') or rules.required_if) %}
    when {{ name }} is null and {{ text }} is not null
        {%- if rules.required_if %} and {{ rules.required_if }}{% endif %}
        then
            case
                when not {{ is_shortened(text) }} then 'placeholder:{{ name }}'
                {%- if not rules.counts_without %}
                else 'shortened:{{ name }}'
                {%- endif %}
            end
    {%- endif %}
    {%- if type != 'string' %}
    when {{ text }} is not null and {{ name }} is null then 'type:{{ name }}'
    {%- endif %}
    {%- if is_time %}
    when {{ is_placeholder_time(name, type) }} then 'placeholder:{{ name }}'
    {%- endif %}
    {%- if rules.past %}
    when {{ name }} > {{ dbt.dateadd('day', 1, '_loaded_at') }} then 'future:{{ name }}'
    {%- endif %}
    {%- if rules.check %}
    when not ({{ rules.check }}) then 'value:{{ name }}'
    {%- endif %}
end
    {%- endif -%}
{% endmacro %}
