{%- set texts = [
    'plain', "O'Neill", 'back\\slash', 'C:\\new\\table', "'", '\\', '', '100%_', 'Größe "L" 🙂',
    '{curly}', 'line\nbreak', 'tab\there',
] -%}
with results as (
    {% for text in texts %}
    select
        {{ loop.index }} as case_id,
        {{ text_literal(text) }} as text_value,
        cast(length({{ text_literal(text) }}) as {{ dbt.type_bigint() }}) as characters
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from results
