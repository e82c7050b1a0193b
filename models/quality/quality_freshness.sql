with

rules as (

    select
        check_id,
        feed,
        baseline_periods,
        minimum_baseline
    from {{ ref('collection_checks') }}
    where check_id = 'F1'

),

enabled_feeds as (

    select
        source_system,
        feed
    from {{ ref('quality_enabled_feeds') }}

),

as_of as (

    select
        as_of_date,
        as_of_end
    from {{ ref('as_of') }}

),

daily_counts as (

    select
        source_system,
        feed,
        record_date,
        row_count,
        newest_at
    from {{ ref('quality_daily_counts') }}
    where record_date is not null

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        as_of.as_of_end,
        rules.baseline_periods,
        rules.minimum_baseline
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

deliveries as (

    select
        source_system,
        feed,
        min(record_date) as first_date,
        {{ shop_date('max(newest_at)') }} as newest_date,
        max(newest_at) as newest_at
    from daily_counts
    group by source_system, feed

),

silences as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.baseline_periods,
        subjects.minimum_baseline,
        deliveries.newest_date,
        cast(
            {{ dbt.datediff('newest_at', 'as_of_end', 'second') }}
            as double
        ) / 3600.0 as silent_hours,
        {{ dbt.datediff('newest_date', 'as_of_date', 'day') }}
            as silent_days,
        {{ dbt.datediff('first_date', 'newest_date', 'day') }}
            as history_days
    from subjects
    left join deliveries
        on
            subjects.source_system = deliveries.source_system
            and subjects.feed = deliveries.feed

),

-- What is usual is asked of the weeks before the feed's last row, not before today: else a feed
-- that stays away for long would become one that is never expected. Weekdays are numbered from the
-- newest row's day on: 1 is that of the first silent day, 7 its own.
baseline_days as (

    select
        silences.source_system,
        silences.feed,
        daily_counts.row_count,
        7 - {{ dbt.datediff('record_date', 'newest_date', 'day') }}
        % 7 as weekday_place
    from silences
    inner join daily_counts
        on
            silences.source_system = daily_counts.source_system
            and silences.feed = daily_counts.feed
    where
        daily_counts.record_date <= silences.newest_date
        and {{ dbt.datediff('record_date', 'newest_date', 'day') }}
        < 7 * silences.baseline_periods

),

weekday_counts as (

    select
        source_system,
        feed,
        weekday_place,
        cast(count(*) as double) as days_with_rows,
        cast(sum(row_count) as double) as row_count
    from baseline_days
    group by source_system, feed, weekday_place

),

expected_weekdays as (

    select
        silences.source_system,
        silences.feed,
        weekday_counts.days_with_rows,
        weekday_counts.row_count,
        -- of a feed younger than the window, the weeks that it has
        least(
            silences.baseline_periods,
            floor((silences.history_days + weekday_counts.weekday_place) / 7.0)
        ) as weeks,
        case
            when silences.silent_days >= weekday_counts.weekday_place
                then floor((silences.silent_days - weekday_counts.weekday_place) / 7.0) + 1
            else 0
        end as silent_weekdays
    from silences
    inner join weekday_counts
        on
            silences.source_system = weekday_counts.source_system
            and silences.feed = weekday_counts.feed

),

-- How surprising the silence is, in units of -ln(probability): where rows come one by one, a day
-- without any has e^-usual; where the weekday stayed away before, that is as likely as it was.
expectations as (

    select
        source_system,
        feed,
        sum(silent_weekdays * row_count / weeks) as usual_rows,
        sum(
            silent_weekdays * least(
                row_count / weeks,
                coalesce(-ln(nullif((weeks - days_with_rows) / weeks, 0)), row_count / weeks)
            )
        ) as surprise
    from expected_weekdays
    group by source_system, feed

),

measured as (

    select
        silences.check_id,
        silences.source_system,
        silences.feed,
        silences.as_of_date,
        silences.minimum_baseline,
        silences.newest_date,
        silences.silent_hours,
        silences.silent_days,
        coalesce(floor((silences.history_days + 1) / 7.0), 0) as history_weeks,
        coalesce(expectations.usual_rows, 0) as usual_rows,
        coalesce(expectations.surprise, 0) as surprise
    from silences
    left join expectations
        on
            silences.source_system = expectations.source_system
            and silences.feed = expectations.feed

),

freshness as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case when history_weeks >= minimum_baseline then silent_hours end as statistic,
        case when history_weeks >= minimum_baseline then surprise end as effect,
        cast(history_weeks as bigint) as sample_size,
        cast(usual_rows as double) as baseline,
        silent_hours as observed,
        case
            when newest_date is null then 'the feed has no rows yet'
            when history_weeks < minimum_baseline
                then
                    'only ' || {{ grouped_number('history_weeks') }} || ' weeks of rows before, '
                    || {{ grouped_number('minimum_baseline') }}
                    || ' needed to know what is usual'
        end as not_evaluated_reason,
        case
            when silent_days > 0
                then
                    'silent since ' || cast(newest_date as string) || ', for '
                    || {{ grouped_number('silent_days') }}
                    || case when silent_days = 1 then ' day' else ' days' end || ' up to '
                    || cast(as_of_date as string) || ' in which about '
                    || {{ grouped_number('usual_rows') }} || ' rows were usual'
            else 'the newest row is of ' || cast(newest_date as string)
        end as detail
    from measured

)

select * from freshness
