{#-
    An order is no newer than its record, and an event no newer than its receipt: one wrong clock
    does not move the day of the whole run. With var `as_of_date` nothing is asked.
-#}
{% set day_is_given = as_of_limit() is not none %}
{% set given_day = "'" ~ var('as_of_date') ~ "'" if day_is_given else 'null' %}
{% set sources = {} if day_is_given else var('sources', {}) %}
with

newest as (

    {% for source, feeds in sources.items() if 'orders' in feeds %}
        select cast(max(least(ordered_at, updated_at)) as date) as record_date
        from {{ ref('stg_' ~ source ~ '__orders') }}
        union all
    {% endfor %}
    {% for source, feeds in sources.items() if 'events' in feeds %}
        select cast(max(received_at) as date) as record_date
        from {{ ref('stg_' ~ source ~ '__events') }}
        union all
    {% endfor %}
    select cast({{ given_day }} as date) as record_date

),

as_of_day as (

    select
        case
            when max(record_date) is not null then max(record_date)
            else
                {{ raise_error(
                    'no accepted order or event has landed: load some, or set var as_of_date',
                    'date'
                ) }}
        end as as_of_date
    from newest

),

as_of as (

    select
        as_of_date,
        cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as timestamp) as as_of_end
    from as_of_day

)

select * from as_of
