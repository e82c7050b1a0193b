with

rules as (

    select
        check_id,
        feed,
        minimum_sample
    from {{ ref('collection_checks') }}
    where check_id = 'R7'

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
        sum(rows_in) as rows_in,
        sum(rows_repeated) as rows_repeated
    from {{ ref('quality_row_counts') }}
    group by source_system, feed

),

-- over everything that ever landed: as long as two files overlap, the page says so
counted as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        cast(coalesce(row_counts.rows_in, 0) as bigint) as sample_size,
        cast(coalesce(row_counts.rows_repeated, 0) as bigint) as repeated_rows
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of
    left join row_counts
        on
            enabled_feeds.source_system = row_counts.source_system
            and enabled_feeds.feed = row_counts.feed

),

repeated_rows as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case when sample_size >= minimum_sample then cast(repeated_rows as double) end
            as statistic,
        cast(null as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(repeated_rows as double) as observed,
        case when sample_size < minimum_sample then 'the feed has no rows of its own yet' end
            as not_evaluated_reason,
        {{ grouped_number('repeated_rows') }} || ' of ' || {{ grouped_number('sample_size') }}
        || ' rows came again in another file; each counts once' as detail
    from counted

)

select * from repeated_rows
