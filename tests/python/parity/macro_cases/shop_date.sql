{#- The dispatched part with a zone: the var is UTC here, as by default. Berlin skips 02:00 to 03:00 on
    30 March 2025 and shows it twice on 26 October; New York is a day behind in its evenings. -#}
{%- set zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'] -%}
{%- set instants = [
    '2025-03-29 22:59:59', '2025-03-29 23:00:00', '2025-03-30 21:59:59', '2025-03-30 22:00:00',
    '2025-10-25 21:59:59', '2025-10-25 22:00:00', '2025-10-26 22:59:59', '2025-10-26 23:00:00',
    '2025-11-02 03:59:59', '2025-11-02 04:00:00', '2025-11-03 04:59:59', '2025-11-03 05:00:00',
    '2025-06-01 18:29:59.999999', '2025-06-01 18:30:00', '1971-01-01 00:00:00',
] -%}
with inputs as (
    {% for instant in instants %}
    select
        {{ loop.index }} as case_id,
        cast('{{ instant }}' as timestamp) as instant
    union all
    {%- endfor %}
    select
        0 as case_id,
        cast(null as timestamp) as instant

),

results as (

    select
        case_id,
        {{ shop_date('instant') }} as default_date
        {%- for zone in zones %},
        {{ adapter.dispatch('shop_date', 'stammkunde')('instant', zone) }} as date_{{ loop.index }}
        {%- endfor %}
    from inputs

)

select * from results
