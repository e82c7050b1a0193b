with

rules as (

    select
        check_id,
        feed,
        minimum_sample,
        window_days
    from {{ ref('collection_checks') }}
    where window_days is not null

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

row_counts as (

    select
        source_system,
        feed,
        record_date,
        rows_in
    from {{ ref('quality_row_counts') }}

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        rules.window_days,
        cast({{ dbt.dateadd('day', '1 - rules.window_days', 'as_of.as_of_date') }} as date)
            as window_from
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

counted as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_sample,
        subjects.window_from,
        cast(coalesce(sum(case
            when row_counts.record_date = subjects.as_of_date then row_counts.rows_in
        end), 0) as bigint) as rows_of_day,
        cast(coalesce(sum(row_counts.rows_in), 0) as bigint) as rows_of_window
    from subjects
    left join row_counts
        on
            subjects.source_system = row_counts.source_system
            and subjects.feed = row_counts.feed
            and row_counts.record_date between subjects.window_from and subjects.as_of_date
    group by
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_sample,
        subjects.window_from

),

sampled as (

    select
        check_id,
        source_system,
        feed,
        as_of_date,
        minimum_sample,
        case when rows_of_day >= minimum_sample then as_of_date else window_from end as sample_from,
        case when rows_of_day >= minimum_sample then rows_of_day else rows_of_window end
            as sample_size,
        case
            when rows_of_day >= minimum_sample then 'on ' || cast(as_of_date as string)
            else 'from ' || cast(window_from as string) || ' to ' || cast(as_of_date as string)
        end as sample_period
    from counted

),

row_samples as (

    select
        check_id,
        source_system,
        feed,
        as_of_date,
        sample_from,
        sample_size,
        sample_period,
        case
            when sample_size < minimum_sample
                then
                    'only ' || {{ grouped_number('sample_size') }} || ' rows ' || sample_period
                    || ', ' || {{ grouped_number('minimum_sample') }} || ' needed'
        end as not_evaluated_reason
    from sampled

)

select * from row_samples
