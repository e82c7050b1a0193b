with

rules as (

    select
        feed,
        subject,
        baseline_periods,
        minimum_cell
    from {{ ref('collection_checks') }}
    where check_id = 'B1'

),

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

daily_mix as (

    select
        source_system,
        feed,
        subject,
        dimension_value,
        record_date,
        row_count
    from {{ ref('quality_daily_mix') }}

),

value_days as (

    select
        daily_mix.source_system,
        daily_mix.feed,
        daily_mix.subject,
        daily_mix.dimension_value,
        rules.minimum_cell,
        cast(daily_mix.row_count as double) as row_count,
        {{ dbt.datediff('daily_mix.record_date', 'as_of.as_of_date', 'day') }}
            as days_before
    from daily_mix
    inner join rules
        on
            daily_mix.feed = rules.feed
            and daily_mix.subject = rules.subject
    cross join as_of
    where
        daily_mix.record_date <= as_of.as_of_date
        and {{ dbt.datediff('daily_mix.record_date', 'as_of.as_of_date', 'day') }}
        <= rules.baseline_periods

),

-- the day under test (days_before = 0) is never part of its own baseline
weighed_values as (

    select
        source_system,
        feed,
        subject,
        dimension_value,
        minimum_cell,
        row_count,
        days_before,
        sum(case when days_before > 0 then row_count else 0 end) over (
            partition by source_system, feed, subject, dimension_value
        ) as value_baseline,
        sum(case when days_before > 0 then row_count else 0 end) over (
            partition by source_system, feed, subject
        ) as baseline_total
    from value_days

),

-- A value that was never seen before is no sign of a loss (a new platform): it stays out of the
-- comparison and is only counted. An empty value is never new: it may be a tracker that broke.
flagged_values as (

    select
        source_system,
        feed,
        subject,
        dimension_value,
        minimum_cell,
        row_count,
        days_before,
        value_baseline,
        baseline_total,
        value_baseline = 0 and dimension_value <> '(empty)' as is_new,
        sum(
            case
                when days_before = 0 and (value_baseline > 0 or dimension_value = '(empty)')
                    then row_count
                else 0
            end
        ) over (partition by source_system, feed, subject) as observed_total
    from weighed_values

),

-- values too rare for a chi-square cell of their own share one
assigned_values as (

    select
        source_system,
        feed,
        subject,
        days_before,
        row_count,
        case
            when is_new then '(new)'
            when dimension_value = '(empty)' then '(empty)'
            when observed_total * value_baseline / nullif(baseline_total, 0) >= minimum_cell
                then dimension_value
            else '(other)'
        end as cell
    from flagged_values

),

mix_days as (

    select
        source_system,
        feed,
        subject,
        cell,
        days_before,
        sum(row_count) as row_count
    from assigned_values
    group by source_system, feed, subject, cell, days_before

)

select * from mix_days
