{#- Dimensions whose mix is watched. A rule B1 in seed collection_checks names one of them as its
    subject; a rule for a dimension that is not counted here ends as an error, not as a pass. -#}
{%- set dimensions = ['device_type', 'platform', 'country'] -%}
with

rules as (

    select
        check_id,
        feed,
        baseline_periods
    from {{ ref('collection_checks') }}
    where check_id = 'B1' and feed = 'events'

),

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

events as (

    select
        source_system,
        {%- for dimension in dimensions %}
            {{ dimension }},
        {%- endfor %}
        occurred_at
    from {{ ref('events') }}

),

longest_baseline as (

    select max(baseline_periods) as max_periods from rules

),

window_start as (

    select
        {{ shop_midnight(
            'cast(' ~ dbt.dateadd('day', '-max_periods', 'as_of_date') ~ ' as date)'
        ) }} as starts_at
    from as_of
    cross join longest_baseline

),

-- one scan of the window for all dimensions
combinations as (

    select
        events.source_system,
        {{ shop_date('events.occurred_at') }} as record_date,
        {%- for dimension in dimensions %}
            events.{{ dimension }},
        {%- endfor %}
        count(*) as row_count
    from events
    cross join window_start
    where events.occurred_at >= window_start.starts_at
    group by
        events.source_system,
        {%- for dimension in dimensions %}
            events.{{ dimension }},
        {%- endfor %}
        {{ shop_date('events.occurred_at') }}

),

daily_mix as (

    {%- for dimension in dimensions %}
        select
            source_system,
            'events' as feed,
            '{{ dimension }}' as subject,
            -- an empty value is a value of its own: a tracker that stops sending it must alarm
            coalesce({{ dimension }}, '(empty)') as dimension_value,
            record_date,
            cast(sum(row_count) as bigint) as row_count
        from combinations
        group by source_system, coalesce({{ dimension }}, '(empty)'), record_date
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from daily_mix
