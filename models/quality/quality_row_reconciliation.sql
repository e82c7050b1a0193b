with

rules as (

    select
        check_id,
        feed,
        minimum_sample
    from {{ ref('collection_checks') }}
    where check_id = 'R4'

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
        rows_in,
        rows_accepted,
        rows_superseded,
        rows_set_aside,
        rows_repeated,
        rows_rejected
    from {{ ref('quality_row_counts') }}

),

staged_counts as (

    select
        source_system,
        feed,
        staged_rows
    from {{ ref('quality_staged_counts') }}

),

daily_counts as (

    select
        source_system,
        feed,
        row_count
    from {{ ref('quality_daily_counts') }}

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

-- over everything that ever landed, not only the day under test: a row may not be lost later either
staging_sums as (

    select
        source_system,
        feed,
        sum(rows_in) as rows_in,
        sum(rows_accepted) as rows_accepted,
        sum(rows_superseded) as rows_superseded,
        sum(rows_set_aside) as rows_set_aside,
        sum(rows_repeated) as rows_repeated,
        sum(rows_rejected) as rows_rejected
    from row_counts
    group by source_system, feed

),

conformed_sums as (

    select
        source_system,
        feed,
        sum(row_count) as conformed_rows
    from daily_counts
    group by source_system, feed

),

-- Seen from the feeds that landed as well as from those that are promised: some are made from
-- another feed of their source and have no raw rows of their own.
measured as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_sample,
        cast(coalesce(staging_sums.rows_in, 0) as bigint) as rows_in,
        cast(coalesce(staging_sums.rows_accepted, 0) as bigint) as rows_accepted,
        cast(coalesce(staging_sums.rows_superseded, 0) as bigint) as rows_superseded,
        cast(coalesce(staging_sums.rows_set_aside, 0) as bigint) as rows_set_aside,
        cast(coalesce(staging_sums.rows_repeated, 0) as bigint) as rows_repeated,
        cast(coalesce(staging_sums.rows_rejected, 0) as bigint) as rows_rejected,
        cast(coalesce(staged_counts.staged_rows, 0) as bigint) as staged_rows,
        cast(coalesce(conformed_sums.conformed_rows, 0) as bigint) as conformed_rows
    from subjects
    left join staging_sums
        on
            subjects.source_system = staging_sums.source_system
            and subjects.feed = staging_sums.feed
    left join staged_counts
        on
            subjects.source_system = staged_counts.source_system
            and subjects.feed = staged_counts.feed
    left join conformed_sums
        on
            subjects.source_system = conformed_sums.source_system
            and subjects.feed = conformed_sums.feed

),

differences as (

    select
        check_id,
        source_system,
        feed,
        as_of_date,
        minimum_sample,
        rows_in,
        rows_accepted,
        rows_superseded,
        rows_set_aside,
        rows_repeated,
        rows_rejected,
        staged_rows,
        conformed_rows,
        rows_accepted + rows_superseded + rows_set_aside + rows_repeated + rows_rejected
            as rows_out,
        rows_in
        - (rows_accepted + rows_superseded + rows_set_aside + rows_repeated + rows_rejected)
            as lost_in_staging,
        staged_rows - conformed_rows as lost_after_staging,
        greatest(rows_in, staged_rows, conformed_rows) as sample_size
    from measured

),

row_reconciliation as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        cast(null as double) as effect,
        sample_size,
        cast(rows_in as double) as baseline,
        cast(rows_out as double) as observed,
        case
            when sample_size >= minimum_sample
                then cast(abs(lost_in_staging) + abs(lost_after_staging) as double)
        end as statistic,
        case when sample_size < minimum_sample then 'the feed has no rows yet' end
            as not_evaluated_reason,
        case
            when lost_in_staging <> 0
                then
                    {{ grouped_number('abs(lost_in_staging)') }} || ' rows '
                    || case when lost_in_staging > 0 then 'lost' else 'too many' end
                    || ' between raw and staging; '
            else ''
        end
        || case
            when lost_after_staging <> 0
                then
                    {{ grouped_number('abs(lost_after_staging)') }} || ' rows '
                    || case when lost_after_staging > 0 then 'lost' else 'too many' end
                    || ' between staging and the conformed feed; '
            else ''
        end
        || {{ grouped_number('rows_in') }} || ' rows in: '
        || {{ grouped_number('rows_accepted') }} || ' accepted, '
        || {{ grouped_number('rows_superseded') }} || ' superseded, '
        || {{ grouped_number('rows_set_aside') }} || ' set aside, '
        || case
            when rows_repeated > 0
                then {{ grouped_number('rows_repeated') }} || ' repeated, '
            else ''
        end
        || {{ grouped_number('rows_rejected') }} || ' rejected; '
        || {{ grouped_number('staged_rows') }} || ' staged and '
        || {{ grouped_number('conformed_rows') }} || ' conformed up to '
        || cast(as_of_date as string) as detail
    from differences

)

select * from row_reconciliation
