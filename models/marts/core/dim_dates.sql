{#- Whole years, since reports compare with the year before and to the year's end. The numbers reach
    further back than any order that is no typing error; a relationship test says so if not. -#}
{% set most_days = 40000 %}
with

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

customers as (

    select first_seen_at
    from {{ ref('dim_customers') }}

),

orders as (

    select order_date
    from {{ ref('fct_orders') }}

),

order_lines as (

    select transaction_date
    from {{ ref('fct_order_lines') }}

),

names as (

    select
        calendar_part,
        part_number,
        name_en,
        name_de
    from {{ ref('calendar_names') }}

),

days as (

    select {{ shop_date('first_seen_at') }} as day_of_mart
    from customers

    union all

    select order_date as day_of_mart
    from orders

    union all

    select transaction_date as day_of_mart
    from order_lines

    union all

    -- What is compared with is the month before.
    select cast({{ dbt.dateadd('month', -1, 'as_of_date') }} as date) as day_of_mart
    from as_of

    union all

    select as_of_date as day_of_mart
    from as_of

),

span as (

    select
        cast({{ dbt.date_trunc('year', 'min(day_of_mart)') }} as date) as first_day,
        cast({{ dbt.last_day(dbt.date_trunc('year', 'max(day_of_mart)'), 'year') }} as date)
            as last_day
    from days

),

numbers as (

    select generated_number - 1 as days_back
    from ({{ dbt.generate_series(most_days) }}) as series

),

dates as (

    select
        span.first_day,
        cast({{ dbt.dateadd('day', '-numbers.days_back', 'span.last_day') }} as date) as date_day
    from span
    cross join numbers

),

spanned as (

    select
        date_day,
        cast({{ dbt.date_trunc('year', 'date_day') }} as date) as year_start,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start,
        cast({{ dbt.last_day('date_day', 'month') }} as date) as month_end
    from dates
    where date_day >= first_day

),

-- A week belongs to the year that its Thursday lies in (ISO 8601).
with_thursday as (

    select
        *,
        cast({{ dbt.dateadd('day', 3, 'week_start') }} as date) as thursday,
        cast(
            {{ dbt.datediff('week_start', 'date_day', 'day') }}
            as int
        ) + 1 as day_of_week
    from spanned

),

with_numbers as (

    select
        *,
        cast(extract(year from date_day) as int) as year_number,
        cast(extract(quarter from date_day) as int) as quarter_number,
        cast(extract(month from date_day) as int) as month_number,
        cast(extract(day from date_day) as int) as day_of_month,
        cast(
            {{ dbt.datediff('year_start', 'date_day', 'day') }}
            as int
        ) + 1 as day_of_year,
        cast(extract(year from thursday) as int) as iso_year,
        cast(extract(week from date_day) as int) as iso_week
    from with_thursday

),

named as (

    select
        with_numbers.*,
        weekday_names.name_en as weekday_name,
        weekday_names.name_de as weekday_name_de,
        month_names.name_en as month_name,
        month_names.name_de as month_name_de
    from with_numbers
    left join names as weekday_names
        on
            weekday_names.calendar_part = 'weekday'
            and with_numbers.day_of_week = weekday_names.part_number
    left join names as month_names
        on
            month_names.calendar_part = 'month'
            and with_numbers.month_number = month_names.part_number

),

calendar as (

    select
        date_day,
        year_number,
        quarter_number,
        {{ dbt.concat(["cast(year_number as string)", "'-Q'", "cast(quarter_number as string)"]) }}
            as quarter_label,
        month_number,
        month_name,
        month_name_de,
        substring(cast(date_day as string), 1, 7) as month_label,
        iso_year,
        iso_week,
        {{ dbt.concat([
            "cast(iso_year as string)",
            "'-W'",
            "case when iso_week < 10 then '0' else '' end",
            "cast(iso_week as string)",
        ]) }} as week_label,
        day_of_month,
        day_of_year,
        day_of_week,
        weekday_name,
        weekday_name_de,
        day_of_week >= 6 as is_weekend,
        week_start,
        month_start,
        month_end,
        date_day = month_end as is_month_end,
        quarter_start,
        year_start
    from named

)

select * from calendar
