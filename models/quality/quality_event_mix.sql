with

rules as (

    select
        check_id,
        feed,
        subject,
        minimum_sample,
        baseline_periods,
        minimum_baseline,
        minimum_cell
    from {{ ref('collection_checks') }}
    where check_id = 'B1'

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

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        rules.subject,
        as_of.as_of_date,
        rules.minimum_sample,
        rules.baseline_periods,
        rules.minimum_baseline,
        rules.minimum_cell
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

counted as (

    select
        subjects.source_system,
        subjects.feed,
        subjects.subject,
        daily_mix.dimension_value,
        daily_mix.record_date,
        cast(daily_mix.row_count as double) as row_count,
        {{ dbt.datediff('record_date', 'as_of_date', 'day') }}
            as days_before
    from subjects
    inner join daily_mix
        on
            subjects.source_system = daily_mix.source_system
            and subjects.feed = daily_mix.feed
            and subjects.subject = daily_mix.subject
    where
        daily_mix.record_date <= subjects.as_of_date
        and {{ dbt.datediff('record_date', 'as_of_date', 'day') }}
        <= subjects.baseline_periods

),

-- the day under test (days_before = 0) is never part of its own baseline
value_counts as (

    select
        source_system,
        feed,
        subject,
        dimension_value,
        sum(case when days_before = 0 then row_count else 0 end) as observed,
        sum(case when days_before > 0 then row_count else 0 end) as baseline_count
    from counted
    group by source_system, feed, subject, dimension_value

),

-- A value that was never seen before is no sign of a loss (a new platform): it stays out of the
-- comparison and is only counted. An empty value is never new: it may be a tracker that broke.
totals as (

    select
        source_system,
        feed,
        subject,
        sum(case
            when baseline_count > 0 or dimension_value = '(empty)' then observed
            else 0
        end) as observed_total,
        sum(case
            when baseline_count = 0 and dimension_value <> '(empty)' then observed
            else 0
        end) as new_value_rows,
        sum(baseline_count) as baseline_total
    from value_counts
    group by source_system, feed, subject

),

-- values too rare for a chi-square cell of their own share one
assigned_values as (

    select
        value_counts.source_system,
        value_counts.feed,
        value_counts.subject,
        value_counts.dimension_value,
        value_counts.observed,
        value_counts.baseline_count,
        case
            when value_counts.dimension_value = '(empty)' then '(empty)'
            when
                totals.observed_total * value_counts.baseline_count
                / nullif(totals.baseline_total, 0) >= subjects.minimum_cell
                then value_counts.dimension_value
            else '(other)'
        end as cell
    from value_counts
    inner join totals
        on
            value_counts.source_system = totals.source_system
            and value_counts.feed = totals.feed
            and value_counts.subject = totals.subject
    inner join subjects
        on
            value_counts.source_system = subjects.source_system
            and value_counts.feed = subjects.feed
            and value_counts.subject = subjects.subject
    where value_counts.baseline_count > 0 or value_counts.dimension_value = '(empty)'

),

cell_counts as (

    select
        source_system,
        feed,
        subject,
        cell,
        sum(observed) as observed,
        sum(baseline_count) as baseline_count
    from assigned_values
    group by source_system, feed, subject, cell

),

cells as (

    select
        cell_counts.source_system,
        cell_counts.feed,
        cell_counts.subject,
        cell_counts.cell,
        cell_counts.observed,
        totals.observed_total,
        cast(subjects.minimum_cell as double) as minimum_cell,
        cell_counts.baseline_count / nullif(totals.baseline_total, 0) as usual_share,
        totals.observed_total * cell_counts.baseline_count / nullif(totals.baseline_total, 0)
            as expected
    from cell_counts
    inner join totals
        on
            cell_counts.source_system = totals.source_system
            and cell_counts.feed = totals.feed
            and cell_counts.subject = totals.subject
    inner join subjects
        on
            cell_counts.source_system = subjects.source_system
            and cell_counts.feed = subjects.feed
            and cell_counts.subject = subjects.subject

),

-- A cell below the minimum takes no part, but for empty values that have become many: they are held
-- against the minimum, since a chi-square over an expectation near 0 would alarm on a handful.
tested_cells as (

    select
        source_system,
        feed,
        subject,
        cell,
        observed,
        observed_total,
        usual_share,
        expected,
        (observed - greatest(expected, minimum_cell))
        / sqrt(greatest(expected, minimum_cell)) as residual
    from cells
    where expected >= minimum_cell or (cell = '(empty)' and observed > minimum_cell)

),

chi_squares as (

    select
        source_system,
        feed,
        subject,
        sum(residual * residual) as chi_square,
        count(*) - 1 as degrees_of_freedom
    from tested_cells
    group by source_system, feed, subject

),

day_totals as (

    select
        source_system,
        feed,
        subject,
        record_date,
        days_before,
        sum(row_count) as row_count
    from counted
    where days_before > 0
    group by source_system, feed, subject, record_date, days_before

),

day_cell_counts as (

    select
        counted.source_system,
        counted.feed,
        counted.subject,
        counted.record_date,
        assigned_values.cell,
        sum(counted.row_count) as row_count
    from counted
    inner join assigned_values
        on
            counted.source_system = assigned_values.source_system
            and counted.feed = assigned_values.feed
            and counted.subject = assigned_values.subject
            and counted.dimension_value = assigned_values.dimension_value
    where counted.days_before > 0
    group by
        counted.source_system,
        counted.feed,
        counted.subject,
        counted.record_date,
        assigned_values.cell

),

-- how far each day of the baseline lies from the whole: 1 on average where rows come one by one,
-- more where they come in sessions, campaigns or weekdays of their own
day_dispersions as (

    select
        day_totals.source_system,
        day_totals.feed,
        day_totals.subject,
        day_totals.record_date,
        day_totals.days_before,
        count(*) - 1 as degrees_of_freedom,
        sum(
            power(
                coalesce(day_cell_counts.row_count, 0)
                - day_totals.row_count * tested_cells.usual_share,
                2
            ) / nullif(day_totals.row_count * tested_cells.usual_share, 0)
        ) / nullif(count(*) - 1, 0) as dispersion
    from day_totals
    inner join tested_cells
        on
            day_totals.source_system = tested_cells.source_system
            and day_totals.feed = tested_cells.feed
            and day_totals.subject = tested_cells.subject
            and tested_cells.usual_share > 0
    left join day_cell_counts
        on
            day_totals.source_system = day_cell_counts.source_system
            and day_totals.feed = day_cell_counts.feed
            and day_totals.subject = day_cell_counts.subject
            and day_totals.record_date = day_cell_counts.record_date
            and tested_cells.cell = day_cell_counts.cell
    group by
        day_totals.source_system,
        day_totals.feed,
        day_totals.subject,
        day_totals.record_date,
        day_totals.days_before

),

-- The median, so that an old incident in the baseline does not blind the check; divided by the
-- median of chi-square/df (Wilson-Hilferty), so that independent rows give 1. Beside it the lower
-- quartile of the same weekdays: where at least three of four Saturdays deviate, the next one may.
dispersions as (

    select
        source_system,
        feed,
        subject,
        median(dispersion)
        / nullif(power(1 - 2 / (9.0 * cast(max(degrees_of_freedom) as double)), 3), 0)
            as dispersion_of_days,
        percentile_cont(0.25) within group (
            order by case when days_before % 7 = 0 then dispersion end
        ) / nullif(power(1 - 2 / (9.0 * cast(max(degrees_of_freedom) as double)), 3), 0)
            as dispersion_of_weekday
    from day_dispersions
    where degrees_of_freedom > 0
    group by source_system, feed, subject

),

usual_days as (

    select
        source_system,
        feed,
        subject,
        count(*) as day_count,
        coalesce(avg(case when days_before % 7 = 0 then row_count end), avg(row_count))
            as usual_count
    from day_totals
    group by source_system, feed, subject

),

-- A mix alone cannot tell "mobile lost" from "desktop doubled"; the volume of the day can.
ranked_cells as (

    select
        tested_cells.source_system,
        tested_cells.feed,
        tested_cells.subject,
        tested_cells.cell,
        tested_cells.observed,
        tested_cells.observed_total - tested_cells.observed as observed_beside,
        (tested_cells.observed_total - tested_cells.observed)
        * tested_cells.usual_share / nullif(1 - tested_cells.usual_share, 0) as expected_beside,
        row_number() over (
            partition by
                tested_cells.source_system,
                tested_cells.feed,
                tested_cells.subject
            order by
                case
                    when tested_cells.observed_total < usual_days.usual_count
                        then tested_cells.residual
                    else -tested_cells.residual
                end asc,
                tested_cells.cell asc
        ) as cell_rank
    from tested_cells
    inner join usual_days
        on
            tested_cells.source_system = usual_days.source_system
            and tested_cells.feed = usual_days.feed
            and tested_cells.subject = usual_days.subject

),

measured as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.subject,
        subjects.as_of_date,
        subjects.minimum_sample,
        subjects.minimum_baseline,
        chi_squares.chi_square,
        ranked_cells.cell,
        ranked_cells.observed,
        ranked_cells.observed_beside,
        coalesce(totals.observed_total, 0) as observed_total,
        coalesce(totals.new_value_rows, 0) as new_value_rows,
        coalesce(usual_days.day_count, 0) as day_count,
        coalesce(chi_squares.degrees_of_freedom, 0) as degrees_of_freedom,
        greatest(
            1.0,
            coalesce(dispersions.dispersion_of_days, 1),
            coalesce(dispersions.dispersion_of_weekday, 1)
        ) as over_dispersion,
        coalesce(ranked_cells.expected_beside, 0) as expected_beside
    from subjects
    left join totals
        on
            subjects.source_system = totals.source_system
            and subjects.feed = totals.feed
            and subjects.subject = totals.subject
    left join usual_days
        on
            subjects.source_system = usual_days.source_system
            and subjects.feed = usual_days.feed
            and subjects.subject = usual_days.subject
    left join chi_squares
        on
            subjects.source_system = chi_squares.source_system
            and subjects.feed = chi_squares.feed
            and subjects.subject = chi_squares.subject
    left join dispersions
        on
            subjects.source_system = dispersions.source_system
            and subjects.feed = dispersions.feed
            and subjects.subject = dispersions.subject
    left join ranked_cells
        on
            subjects.source_system = ranked_cells.source_system
            and subjects.feed = ranked_cells.feed
            and subjects.subject = ranked_cells.subject
            and ranked_cells.cell_rank = 1

),

judged as (

    select
        check_id,
        source_system,
        feed,
        subject,
        as_of_date,
        observed_total,
        chi_square,
        degrees_of_freedom,
        over_dispersion,
        day_count,
        new_value_rows,
        cell,
        observed,
        observed_beside,
        expected_beside,
        case
            when observed_total = 0 and day_count = 0 then 'no rows in the window'
            when day_count < minimum_baseline
                then
                    'only ' || {{ grouped_number('day_count') }} || ' days with rows before, '
                    || {{ grouped_number('minimum_baseline') }} || ' needed'
            when observed_total < minimum_sample
                then
                    'only ' || {{ grouped_number('observed_total') }} || ' rows on the day, '
                    || {{ grouped_number('minimum_sample') }} || ' needed'
            when degrees_of_freedom < 1 then 'fewer than two values with enough rows to compare'
        end as not_evaluated_reason
    from measured

),

event_mix as (

    select
        check_id,
        source_system,
        feed,
        subject,
        as_of_date,
        case
            when not_evaluated_reason is null
                then chi_square / nullif(degrees_of_freedom, 0) / over_dispersion
        end as statistic,
        -- Cohen's w: how far the mix is off, however many rows there are
        case
            when not_evaluated_reason is null then sqrt(chi_square / nullif(observed_total, 0))
        end as effect,
        cast(observed_total as bigint) as sample_size,
        case when cell is not null then expected_beside end as baseline,
        observed,
        not_evaluated_reason,
        coalesce(
            case
                when expected_beside > 0
                    then
                        {{ grouped_number('100 * abs(observed / expected_beside - 1)') }}
                        || ' % of ' || cell || ' rows '
                        || case when observed < expected_beside then 'missing' else 'too many' end
                else 'unusually many ' || cell || ' rows'
            end
            || ' on ' || cast(as_of_date as string) || ' ('
            || {{ grouped_number('observed') }} || ' seen, about '
            || {{ grouped_number('expected_beside') }} || ' expected beside the other '
            || {{ grouped_number('observed_beside') }} || ' by the mix of the '
            || {{ grouped_number('day_count') }} || ' days before)',
            ''
        )
        || case
            when new_value_rows > 0
                then
                    '; ' || {{ grouped_number('new_value_rows') }}
                    || ' rows of values not seen before'
            else ''
        end as detail
    from judged

)

select * from event_mix
