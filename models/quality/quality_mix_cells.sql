with

rules as (

    select
        feed,
        subject,
        cast(minimum_cell as double) as minimum_cell
    from {{ ref('collection_checks') }}
    where check_id = 'B1'

),

mix_days as (

    select
        source_system,
        feed,
        subject,
        cell,
        days_before,
        row_count
    from {{ ref('quality_mix_days') }}
    where cell <> '(new)'

),

counted as (

    select
        source_system,
        feed,
        subject,
        cell,
        sum(case when days_before = 0 then row_count else 0 end) as observed,
        sum(case when days_before > 0 then row_count else 0 end) as baseline_count
    from mix_days
    group by source_system, feed, subject, cell

),

totalled as (

    select
        source_system,
        feed,
        subject,
        cell,
        observed,
        baseline_count,
        sum(observed) over (partition by source_system, feed, subject) as observed_total,
        sum(baseline_count) over (partition by source_system, feed, subject) as baseline_total
    from counted

),

expected_cells as (

    select
        totalled.source_system,
        totalled.feed,
        totalled.subject,
        totalled.cell,
        totalled.observed,
        totalled.observed_total,
        rules.minimum_cell,
        totalled.baseline_count / nullif(totalled.baseline_total, 0) as usual_share,
        totalled.observed_total * totalled.baseline_count / nullif(totalled.baseline_total, 0)
            as expected
    from totalled
    inner join rules
        on
            totalled.feed = rules.feed
            and totalled.subject = rules.subject

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
        (observed - greatest(expected, minimum_cell))
        / sqrt(greatest(expected, minimum_cell)) as residual
    from expected_cells
    where expected >= minimum_cell or (cell = '(empty)' and observed > minimum_cell)

)

select * from tested_cells
