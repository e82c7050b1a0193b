{#-
    Three chained CTEs of `base_rows`: `<prefix>_text` (trimmed, empty is null), `<prefix>_typed`
    and `<prefix>_checked` (with `contract_reasons` and `record_date`).

    Arguments:
        prefix: start of their names.
        columns, record_date: as in `base_rows`.
        raw_rows: SQL of a from clause that names the raw table `raw_rows`.
    Returns: the CTEs, with a comma at the end.
-#}
{% macro checked_rows(prefix, columns, record_date, raw_rows) %}
{{ prefix }}_text as (

    select
        {%- for name in columns %}
        nullif({{ trim_spaces('raw_rows.' ~ name) }}, '') as {{ name }},
        {%- endfor %}
        raw_rows._file,
        raw_rows._row_number,
        raw_rows._loaded_at
    {{ raw_rows | trim }}

),

{{ prefix }}_typed as (

    select
        {%- for name, rules in columns.items() %}
        {%- if rules.get('type', 'string') == 'string' %}
        {{ name }},
        {%- else %}
        {{ name }} as {{ name }}_text,
        {{ typed_value(name, rules.type) }} as {{ name }},
        {%- endif %}
        {%- endfor %}
        _file,
        _row_number,
        _loaded_at
    from {{ prefix }}_text

),

{{ prefix }}_checked as (

    select
        {%- for name, rules in columns.items() %}
        {%- if 'default' in rules %}
        coalesce({{ name }}, {{ rules.default }}) as {{ name }},
        {%- else %}
        {{ name }},
        {%- endif %}
        {%- endfor %}
        _file,
        _row_number,
        _loaded_at,
        {{ record_date }} as record_date,
        nullif(
            concat_ws(
                '; ',
                {%- for name, rules in columns.items() %}
                {%- set typed = rules.get('type', 'string') != 'string' %}
                {%- set text = name ~ '_text' if typed else name %}
                {%- if typed or rules.get('required') or rules.required_if or rules.check %}
                case
                    {%- if rules.get('required') %}
                    when {{ text }} is null then 'missing:{{ name }}'
                    {%- elif rules.required_if %}
                    when {{ text }} is null and {{ rules.required_if }} then 'missing:{{ name }}'
                    {%- endif %}
                    {%- if typed %}
                    when {{ text }} is not null and {{ name }} is null then 'type:{{ name }}'
                    {%- endif %}
                    {%- if rules.past %}
                    when {{ name }} > {{ dbt.dateadd('day', 1, '_loaded_at') }}
                        then 'future:{{ name }}'
                    {%- endif %}
                    {%- if rules.check %}
                    when not ({{ rules.check }}) then 'value:{{ name }}'
                    {%- endif %}
                end,
                {%- endif %}
                {%- endfor %}
                cast(null as string)
            ),
            ''
        ) as contract_reasons
    from {{ prefix }}_typed

),
{%- endmacro %}
