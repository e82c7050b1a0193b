with

rules as (

    select
        check_id,
        feed,
        subject,
        minimum_sample,
        minimum_baseline
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

mix_days as (

    select
        source_system,
        feed,
        subject,
        cell,
        row_count
    from {{ ref('quality_mix_days') }}
    where days_before = 0

),

mix_cells as (

    select
        source_system,
        feed,
        subject,
        cell,
        observed,
        observed_total,
        usual_share,
        residual
    from {{ ref('quality_mix_cells') }}

),

mix_dispersions as (

    select
        source_system,
        feed,
        subject,
        day_count,
        usual_count,
        over_dispersion
    from {{ ref('quality_mix_dispersions') }}

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        rules.subject,
        as_of.as_of_date,
        rules.minimum_sample,
        rules.minimum_baseline
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

day_totals as (

    select
        source_system,
        feed,
        subject,
        sum(case when cell <> '(new)' then row_count else 0 end) as observed_total,
        sum(case when cell = '(new)' then row_count else 0 end) as new_value_rows
    from mix_days
    group by source_system, feed, subject

),

-- A mix alone cannot tell "mobile lost" from "desktop doubled"; the volume of the day can.
ranked_cells as (

    select
        mix_cells.source_system,
        mix_cells.feed,
        mix_cells.subject,
        mix_cells.cell,
        mix_cells.observed,
        mix_cells.observed_total - mix_cells.observed as observed_beside,
        (mix_cells.observed_total - mix_cells.observed)
        * mix_cells.usual_share / nullif(1 - mix_cells.usual_share, 0) as expected_beside,
        sum(mix_cells.residual * mix_cells.residual) over (
            partition by mix_cells.source_system, mix_cells.feed, mix_cells.subject
        ) as chi_square,
        count(*) over (
            partition by mix_cells.source_system, mix_cells.feed, mix_cells.subject
        ) - 1 as degrees_of_freedom,
        row_number() over (
            partition by mix_cells.source_system, mix_cells.feed, mix_cells.subject
            order by
                case
                    when mix_cells.observed_total < mix_dispersions.usual_count
                        then mix_cells.residual
                    else -mix_cells.residual
                end asc,
                mix_cells.cell asc
        ) as cell_rank
    from mix_cells
    inner join mix_dispersions
        on
            mix_cells.source_system = mix_dispersions.source_system
            and mix_cells.feed = mix_dispersions.feed
            and mix_cells.subject = mix_dispersions.subject

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
        ranked_cells.chi_square,
        ranked_cells.cell,
        ranked_cells.observed,
        ranked_cells.observed_beside,
        mix_dispersions.over_dispersion,
        coalesce(day_totals.observed_total, 0) as observed_total,
        coalesce(day_totals.new_value_rows, 0) as new_value_rows,
        coalesce(mix_dispersions.day_count, 0) as day_count,
        coalesce(ranked_cells.degrees_of_freedom, 0) as degrees_of_freedom,
        coalesce(ranked_cells.expected_beside, 0) as expected_beside
    from subjects
    left join day_totals
        on
            subjects.source_system = day_totals.source_system
            and subjects.feed = day_totals.feed
            and subjects.subject = day_totals.subject
    left join mix_dispersions
        on
            subjects.source_system = mix_dispersions.source_system
            and subjects.feed = mix_dispersions.feed
            and subjects.subject = mix_dispersions.subject
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
