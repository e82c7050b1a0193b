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
        newest_at
    from {{ ref('quality_daily_counts') }}

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
        {{ shop_date('max(newest_at)') }} as newest_date,
        max(newest_at) as newest_at
    from daily_counts
    group by source_system, feed

),

-- Whether a feed delivers on this weekday is asked of the weeks before its last row, not before
-- today: else a feed that stays away for long would become one that is never expected.
expectations as (

    select
        subjects.source_system,
        subjects.feed,
        count(*) as weekday_count
    from subjects
    inner join deliveries
        on
            subjects.source_system = deliveries.source_system
            and subjects.feed = deliveries.feed
    inner join daily_counts
        on
            subjects.source_system = daily_counts.source_system
            and subjects.feed = daily_counts.feed
    where
        daily_counts.record_date < subjects.as_of_date
        and {{ dbt.datediff('record_date', 'as_of_date', 'day') }}
        % 7 = 0
        and daily_counts.record_date <= deliveries.newest_date
        and {{ dbt.datediff('record_date', 'newest_date', 'day') }}
        <= 7 * subjects.baseline_periods
    group by subjects.source_system, subjects.feed

),

measured as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_baseline,
        deliveries.newest_date,
        coalesce(expectations.weekday_count, 0) as weekday_count,
        cast(
            {{ dbt.datediff('newest_at', 'as_of_end', 'second') }}
            as double
        ) / 3600.0 as silent_hours
    from subjects
    left join deliveries
        on
            subjects.source_system = deliveries.source_system
            and subjects.feed = deliveries.feed
    left join expectations
        on
            subjects.source_system = expectations.source_system
            and subjects.feed = expectations.feed

),

freshness as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when weekday_count >= minimum_baseline then cast(silent_hours as double)
        end as statistic,
        cast(null as double) as effect,
        cast(weekday_count as bigint) as sample_size,
        cast(null as double) as baseline,
        cast(silent_hours as double) as observed,
        case
            when newest_date is null then 'the feed has no rows yet'
            when weekday_count < minimum_baseline
                then
                    'rows on only ' || {{ grouped_number('weekday_count') }}
                    || ' of the same weekdays before, ' || {{ grouped_number('minimum_baseline') }}
                    || ' needed to expect the feed on this day'
        end as not_evaluated_reason,
        'the newest row is of ' || cast(newest_date as string) || ', '
        || {{ grouped_number('silent_hours') }} || ' hours before the end of '
        || cast(as_of_date as string) as detail
    from measured

)

select * from freshness
