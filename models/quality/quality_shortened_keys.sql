with

rules as (

    select
        check_id,
        feed,
        minimum_sample
    from {{ ref('collection_checks') }}
    where check_id = 'K1'

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
        sum(rows_in) as rows_in
    from {{ ref('quality_row_counts') }}
    group by source_system, feed

),

-- Of keys that are set aside as well as of rows that are rejected for them.
rejection_counts as (

    select
        source_system,
        feed,
        {{ dbt.split_part('reason', "'shortened:'", 2) }} as column_name,
        row_count
    from {{ ref('quality_rejection_counts') }}
    where reason like '%shortened:%'

),

column_counts as (

    select
        source_system,
        feed,
        column_name,
        sum(row_count) as shortened_rows,
        row_number() over (
            partition by source_system, feed
            order by sum(row_count) desc, column_name asc
        ) as column_rank
    from rejection_counts
    group by source_system, feed, column_name

),

-- over everything that ever landed: the keys stay lost until they are sent again
counted as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        column_counts.column_name,
        cast(coalesce(row_counts.rows_in, 0) as bigint) as sample_size,
        cast(coalesce(column_counts.shortened_rows, 0) as bigint) as shortened_rows
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of
    left join row_counts
        on
            enabled_feeds.source_system = row_counts.source_system
            and enabled_feeds.feed = row_counts.feed
    left join column_counts
        on
            enabled_feeds.source_system = column_counts.source_system
            and enabled_feeds.feed = column_counts.feed
            and column_counts.column_rank = 1

),

shortened_keys as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when sample_size >= minimum_sample
                then cast(shortened_rows as double) / nullif(sample_size, 0)
        end as statistic,
        cast(shortened_rows as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(shortened_rows as double) as observed,
        case when sample_size < minimum_sample then 'the feed has no rows of its own yet' end
            as not_evaluated_reason,
        case
            when column_name is null then 'no key was shortened by a spreadsheet'
            else
                'a spreadsheet shortened ' || column_name || ' in '
                || {{ grouped_number('shortened_rows') }} || ' of '
                || {{ grouped_number('sample_size') }} || ' rows (like 1.23457E+12)'
        end as detail
    from counted

)

select * from shortened_keys
