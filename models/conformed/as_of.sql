{#-
    An order is no newer than its record, and an event no newer than its receipt: one wrong clock
    does not move the day of the whole run. The days are the shop's, whose end is an instant in UTC.
-#}
{% set given_day = "cast('" ~ var('as_of_date') ~ "' as date)" if as_of_limit() else none %}
{% set sources = var('sources', {}) %}
with

spans as (

    {% for source, feeds in sources.items() if 'orders' in feeds %}
        select
            {{ shop_date('min(least(ordered_at, updated_at))') }} as oldest_date,
            {{ shop_date('max(least(ordered_at, updated_at))') }} as newest_date
        from {{ ref('stg_' ~ source ~ '__orders') }}
        union all
    {% endfor %}
    {% for source, feeds in sources.items() if 'events' in feeds %}
        select
            {{ shop_date('min(received_at)') }} as oldest_date,
            {{ shop_date('max(received_at)') }} as newest_date
        from {{ ref('stg_' ~ source ~ '__events') }}
        union all
    {% endfor %}
    {#- A source of people who neither ordered nor were seen has no other time. -#}
    {% for source, feeds in sources.items()
        if 'contacts' in feeds and 'orders' not in feeds and 'events' not in feeds %}
        select
            {{ shop_date('min(created_at)') }} as oldest_date,
            {{ shop_date('max(created_at)') }} as newest_date
        from {{ ref('stg_' ~ source ~ '__contacts') }}
        union all
    {% endfor %}
    select
        cast(null as date) as oldest_date,
        cast(null as date) as newest_date

),

data_span as (

    select
        min(oldest_date) as oldest_date,
        max(newest_date) as newest_date
    from spans

),

-- A day after the newest row is a matter of the freshness check; before the oldest there is nothing
-- that a check could look at.
as_of_day as (

    {% if given_day %}
        select
            case
                when oldest_date > {{ given_day }}
                    then
                        {{ raise_error(
                            'every accepted order and event is later than the day of the run, '
                            ~ var('as_of_date') ~ ': choose a later AS_OF (var as_of_date)',
                            'date'
                        ) }}
                else {{ given_day }}
            end as as_of_date
        from data_span
    {% else %}
        select
            coalesce(
                newest_date,
                {{ raise_error(
                    'no accepted order or event has landed: load some, or set var as_of_date',
                    'date'
                ) }}
            ) as as_of_date
        from data_span
    {% endif %}

),

as_of as (

    select
        as_of_date,
        {{ shop_midnight('cast(' ~ dbt.dateadd('day', 1, 'as_of_date') ~ ' as date)') }}
            as as_of_end
    from as_of_day

)

select * from as_of
