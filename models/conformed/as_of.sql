{#-
    An order is no newer than its record, and an event no newer than its receipt: one wrong clock
    does not move the day of the whole run.
-#}
{% set limit = as_of_limit() %}
{% set sources = var('sources', {}) %}
{% if limit %}
with as_of_day as (

    select cast('{{ var("as_of_date") }}' as date) as as_of_date

),
{% else %}
with newest as (
    {% for source, feeds in sources.items() if 'orders' in feeds %}
    select cast(max(least(ordered_at, updated_at)) as date) as record_date
    from {{ ref('stg_' ~ source ~ '__orders') }}
    union all
    {%- endfor %}
    {%- for source, feeds in sources.items() if 'events' in feeds %}
    select cast(max(received_at) as date) as record_date
    from {{ ref('stg_' ~ source ~ '__events') }}
    union all
    {%- endfor %}
    select cast(null as date) as record_date

),

as_of_day as (

    select
        case
            when max(record_date) is null
                then {{ raise_error(
                    'no accepted order or event has landed: load some, or set var as_of_date',
                    'date'
                ) }}
            else max(record_date)
        end as as_of_date
    from newest

),
{% endif %}
as_of as (

    select
        as_of_date,
        cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as timestamp) as as_of_end
    from as_of_day

)

select * from as_of
