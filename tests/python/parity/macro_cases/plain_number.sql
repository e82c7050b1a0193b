{#- Not dispatched, but it rests on the patterns of two engines, and on marks beyond ASCII. -#}
{%- set texts = [
    '1.000', '1,000', '1.111,11', '1,111.11', '49,90', '49.90', '-1.234.567', '+1,234,567', '20', '',
    "1'111.11", '1’111,11', '1 111,11', '1\u00a0111,11', '1\u202f111.11', '1\u2009111', '12,', '12.',
    ',5', '.5', '0,125', '0.125', '1.5e3', '1e3', '49,90 €', '€ 49.90', '19 %', '1.11.11', '-', 'x',
    '1.000,', '12.34,5', '1 2', '10 000',
] -%}
{%- set styles = [
    'comma', 'point', 'mixed_comma', 'mixed_point', 'unknown', 'contradictory', none,
] -%}
with inputs as (
    {% for text in texts %}
    select
        {{ loop.index }} as case_id,
        {{ text_literal(text) }} as text_value
    union all
    {%- endfor %}
    select
        0 as case_id,
        cast(null as {{ dbt.type_string() }}) as text_value

),

results as (

    select
        case_id,
        text_value
        {%- for style in styles %},
        {{ plain_number(
            'text_value', text_literal(style) if style else 'cast(null as ' ~ dbt.type_string() ~ ')'
        ) }} as number_{{ loop.index }}
        {%- endfor %}
    from inputs

)

select * from results
