{#-
    Three chained CTEs of `base_rows`: `<prefix>_text` (trimmed, empty is null), `<prefix>_typed`
    and `<prefix>_checked` (with `contract_reasons`, `value_reasons` and `record_date`).

    The numbers of a file with decimal commas are written with a point before they are typed
    (`plain_number`, from CTE `number_styles`). Keys are compared in the forms of CTE `key_forms`.

    Arguments:
        prefix: start of their names.
        columns, record_date: as in `base_rows`.
        raw_rows: SQL of a from clause that names the raw table `raw_rows`.
        numbers: the columns that `number_styles` knows.
    Returns: the CTEs, with a comma at the end.
-#}
{% macro checked_rows(prefix, columns, record_date, raw_rows, numbers=[]) %}
{%- set reasons = {} -%}
{%- for name, rules in columns.items() -%}
    {%- do reasons.update({name: column_reasons(name, rules, numbers) | trim}) -%}
{%- endfor -%}
{{ prefix }}_text as (

    select
        {%- for name in columns %}
        {%- set text = "nullif(" ~ trim_spaces('raw_rows.' ~ name) ~ ", '')" %}
        {%- if name in numbers %}
        {{ plain_number(text, 'number_styles.' ~ name ~ '_style') }} as {{ name }},
        number_styles.{{ name }}_style,
        {%- else %}
        {{ text }} as {{ name }},
        {%- endif %}
        {%- endfor %}
        raw_rows._file,
        raw_rows._row_number,
        raw_rows._loaded_at
    {{ raw_rows | trim }}
    {%- if numbers %}
    left join number_styles
        on raw_rows._file = number_styles._file
    {%- endif %}

),

{{ prefix }}_typed as (

    select
        {%- for name, rules in columns.items() %}
        {%- if rules.key %}
        {{ prefix }}_text.{{ name }} as {{ name }}_text,
        {{ clean_key(prefix ~ '_text.' ~ name, rules.key, 'key_forms.' ~ rules.key ~ '_is_whole') }}
            as {{ name }},
        {%- elif rules.get('type', 'string') == 'string' %}
        {{ name }},
        {%- else %}
        {{ name }} as {{ name }}_text,
        {{ typed_value(name, rules.type) }} as {{ name }},
        {%- endif %}
        {%- if name in numbers %}
        {{ name }}_style,
        {%- endif %}
        {%- endfor %}
        _file,
        _row_number,
        _loaded_at
    from {{ prefix }}_text
    {%- if columns.values() | selectattr('key', 'defined') | list %}
    cross join key_forms
    {%- endif %}

),

{{ prefix }}_checked as (

    select
        {%- for name, rules in columns.items() %}
        {%- if rules.get('on_invalid') == 'null' %}
        case when ({{ reasons[name] }}) is null then {{ name }} end as {{ name }},
        {%- elif 'default' in rules %}
        coalesce({{ name }}, {{ rules.default }}) as {{ name }},
        {%- else %}
        {{ name }},
        {%- endif %}
        {%- endfor %}
        _file,
        _row_number,
        _loaded_at,
        {{ known_day(record_date) }} as record_date,
        {%- for into, emptied in [('contract_reasons', false), ('value_reasons', true)] %}
        nullif(
            concat_ws(
                '; ',
                {%- for name, rules in columns.items()
                    if reasons[name] and (rules.get('on_invalid') == 'null') == emptied %}
                {{ reasons[name] | indent(16) }},
                {%- endfor %}
                {%- for name, rules in columns.items()
                    if emptied and rules.key and (rules.counts_without or not rules.required) %}
                case
                    when {{ name }} is null and {{ name }}_text is not null
                        then
                            case
                                when {{ is_shortened(name ~ '_text') }} then 'shortened:{{ name }}'
                            end
                end,
                {%- endfor %}
                cast(null as string)
            ),
            ''
        ) as {{ into }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ prefix }}_typed

),
{%- endmacro %}
