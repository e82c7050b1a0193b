with

rules as (

    select
        check_id,
        feed,
        minimum_sample,
        baseline_periods,
        minimum_baseline,
        scale_floor
    from {{ ref('collection_checks') }}
    where check_id in ('F2', 'F7')

),

enabled_feeds as (

    select
        source_system,
        feed
    from {{ ref('quality_enabled_feeds') }}

),

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

daily_counts as (

    select
        source_system,
        feed,
        record_date,
        row_count
    from {{ ref('quality_daily_counts') }}
    where record_date is not null

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        rules.baseline_periods,
        rules.minimum_baseline,
        rules.scale_floor
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

first_days as (

    select
        source_system,
        feed,
        min(record_date) as first_date
    from daily_counts
    group by source_system, feed

),

-- Days on which the source gave anything. A feed without rows on such a day counts as zero there; a
-- day on which the whole shop was shut is no part of the baseline.
source_days as (

    select distinct
        source_system,
        record_date
    from daily_counts

),

baseline_days as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        source_days.record_date
    from subjects
    inner join first_days
        on
            subjects.source_system = first_days.source_system
            and subjects.feed = first_days.feed
    inner join source_days
        on
            subjects.source_system = source_days.source_system
            and first_days.first_date <= source_days.record_date
    where
        -- the day under test is never part of its own baseline
        source_days.record_date < subjects.as_of_date
        and {{ dbt.datediff('record_date', 'as_of_date', 'day') }}
        <= 7 * subjects.baseline_periods
        and {{ dbt.datediff('record_date', 'as_of_date', 'day') }}
        % 7 = 0

),

baseline_counts as (

    select
        baseline_days.check_id,
        baseline_days.source_system,
        baseline_days.feed,
        cast(coalesce(daily_counts.row_count, 0) as double) as row_count
    from baseline_days
    left join daily_counts
        on
            baseline_days.source_system = daily_counts.source_system
            and baseline_days.feed = daily_counts.feed
            and baseline_days.record_date = daily_counts.record_date

),

medians as (

    select
        check_id,
        source_system,
        feed,
        cast(count(*) as double) as day_count,
        median(row_count) as median_count
    from baseline_counts
    group by check_id, source_system, feed

),

deviations as (

    select
        baseline_counts.check_id,
        baseline_counts.source_system,
        baseline_counts.feed,
        median(abs(baseline_counts.row_count - medians.median_count)) as median_deviation
    from baseline_counts
    inner join medians
        on
            baseline_counts.check_id = medians.check_id
            and baseline_counts.source_system = medians.source_system
            and baseline_counts.feed = medians.feed
    group by baseline_counts.check_id, baseline_counts.source_system, baseline_counts.feed

),

measured as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_sample,
        subjects.minimum_baseline,
        coalesce(daily_counts.row_count, 0) as row_count,
        coalesce(medians.day_count, 0) as day_count,
        coalesce(medians.median_count, 0) as median_count,
        -- Standard deviations all three. 1.4826 makes one of a median deviation of normal rows, and
        -- n / (n - 0.8) mends that few days give too small a one (Croux & Rousseeuw 1992); of rows
        -- that come one by one the square root is one already.
        greatest(
            1.4826 * medians.day_count / (medians.day_count - 0.8) * deviations.median_deviation,
            subjects.scale_floor * medians.median_count,
            sqrt(medians.median_count)
        ) as scale
    from subjects
    left join medians
        on
            subjects.check_id = medians.check_id
            and subjects.source_system = medians.source_system
            and subjects.feed = medians.feed
    left join deviations
        on
            subjects.check_id = deviations.check_id
            and subjects.source_system = deviations.source_system
            and subjects.feed = deviations.feed
    left join daily_counts
        on
            subjects.source_system = daily_counts.source_system
            and subjects.feed = daily_counts.feed
            and subjects.as_of_date = daily_counts.record_date

),

judged as (

    select
        check_id,
        source_system,
        feed,
        as_of_date,
        row_count,
        day_count,
        median_count,
        minimum_baseline,
        minimum_sample,
        scale,
        row_count - median_count as deviation,
        -- F2 looks for rows that are missing, F7 for rows too many
        greatest(
            case when check_id = 'F2' then -1 else 1 end * (row_count - median_count), 0
        ) as excess,
        day_count >= minimum_baseline and median_count >= minimum_sample as is_evaluated
    from measured

),

daily_volume as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case when is_evaluated then excess / nullif(scale, 0) end as statistic,
        case when is_evaluated then excess / nullif(median_count, 0) end as effect,
        cast(row_count as bigint) as sample_size,
        case when day_count > 0 then median_count end as baseline,
        cast(row_count as double) as observed,
        case
            when day_count < minimum_baseline
                then
                    'only ' || {{ grouped_number('day_count') }} || ' same weekdays before, '
                    || {{ grouped_number('minimum_baseline') }} || ' needed'
            when median_count < minimum_sample
                then
                    'about ' || {{ grouped_number('median_count') }}
                    || ' rows on such a day, too few to tell '
                    || case when check_id = 'F2' then 'a loss' else 'a surge' end
                    || ' from chance ('
                    || {{ grouped_number('minimum_sample') }} || ' needed)'
        end as not_evaluated_reason,
        {{ grouped_number('100 * abs(deviation) / nullif(median_count, 0)') }} || ' % '
        || case when deviation < 0 then 'fewer' else 'more' end || ' rows than usual on '
        || cast(as_of_date as string) || ' ('
        || {{ grouped_number('row_count') }} || ' seen, about '
        || {{ grouped_number('median_count') }} || ' expected from the '
        || {{ grouped_number('day_count') }} || ' same weekdays before)' as detail
    from judged

)

select * from daily_volume
