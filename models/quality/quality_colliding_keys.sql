with

rules as (

    select
        check_id,
        feed,
        minimum_sample
    from {{ ref('collection_checks') }}
    where check_id = 'K2'

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
        sum(rows_colliding) as rows_colliding
    from {{ ref('quality_row_counts') }}
    group by source_system, feed

),

-- over everything that ever landed: of several records under one key the others stay lost
counted as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        cast(coalesce(row_counts.rows_in, 0) as bigint) as sample_size,
        cast(coalesce(row_counts.rows_colliding, 0) as bigint) as colliding_rows
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of
    left join row_counts
        on
            enabled_feeds.source_system = row_counts.source_system
            and enabled_feeds.feed = row_counts.feed

),

colliding_keys as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when sample_size >= minimum_sample
                then cast(colliding_rows as double) / nullif(sample_size, 0)
        end as statistic,
        cast(colliding_rows as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(colliding_rows as double) as observed,
        case
            when sample_size < minimum_sample
                then
                    'only ' || {{ grouped_number('sample_size') }} || ' rows, '
                    || {{ grouped_number('minimum_sample') }} || ' needed'
        end as not_evaluated_reason,
        {{ grouped_number('colliding_rows') }} || ' of ' || {{ grouped_number('sample_size') }}
        || ' rows came with the key of another record of the same load' as detail
    from counted

)

select * from colliding_keys
