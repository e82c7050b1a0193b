with

mix_days as (

    select
        source_system,
        feed,
        subject,
        cell,
        days_before,
        row_count
    from {{ ref('quality_mix_days') }}
    where days_before > 0

),

mix_cells as (

    select
        source_system,
        feed,
        subject,
        cell,
        usual_share
    from {{ ref('quality_mix_cells') }}
    where usual_share > 0

),

usual_days as (

    select
        source_system,
        feed,
        subject,
        days_before,
        sum(row_count) as row_count
    from mix_days
    group by source_system, feed, subject, days_before

),

usual_volumes as (

    select
        source_system,
        feed,
        subject,
        count(*) as day_count,
        coalesce(avg(case when days_before % 7 = 0 then row_count end), avg(row_count))
            as usual_count
    from usual_days
    group by source_system, feed, subject

),

expected_cells as (

    select
        usual_days.source_system,
        usual_days.feed,
        usual_days.subject,
        usual_days.days_before,
        coalesce(mix_days.row_count, 0) as row_count,
        usual_days.row_count * mix_cells.usual_share as expected
    from usual_days
    inner join mix_cells
        on
            usual_days.source_system = mix_cells.source_system
            and usual_days.feed = mix_cells.feed
            and usual_days.subject = mix_cells.subject
    left join mix_days
        on
            usual_days.source_system = mix_days.source_system
            and usual_days.feed = mix_days.feed
            and usual_days.subject = mix_days.subject
            and usual_days.days_before = mix_days.days_before
            and mix_cells.cell = mix_days.cell

),

-- how far each day of the baseline lies from the whole: 1 on average where rows come one by one,
-- more where they come in sessions, campaigns or weekdays of their own
day_dispersions as (

    select
        source_system,
        feed,
        subject,
        days_before,
        count(*) - 1 as degrees_of_freedom,
        sum(power(row_count - expected, 2) / nullif(expected, 0)) / nullif(count(*) - 1, 0)
            as dispersion
    from expected_cells
    group by source_system, feed, subject, days_before

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

mix_dispersions as (

    select
        usual_volumes.source_system,
        usual_volumes.feed,
        usual_volumes.subject,
        usual_volumes.day_count,
        usual_volumes.usual_count,
        greatest(
            1.0,
            coalesce(dispersions.dispersion_of_days, 1),
            coalesce(dispersions.dispersion_of_weekday, 1)
        ) as over_dispersion
    from usual_volumes
    left join dispersions
        on
            usual_volumes.source_system = dispersions.source_system
            and usual_volumes.feed = dispersions.feed
            and usual_volumes.subject = dispersions.subject

)

select * from mix_dispersions
