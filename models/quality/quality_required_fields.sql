with

row_samples as (

    select
        check_id,
        source_system,
        feed,
        as_of_date,
        sample_from,
        sample_size,
        sample_period,
        not_evaluated_reason
    from {{ ref('quality_row_samples') }}
    where check_id = 'C1'

),

rejection_counts as (

    select
        source_system,
        feed,
        record_date,
        row_count,
        {{ dbt.split_part('reason', "':'", 1) }} as reason_kind,
        {{ dbt.split_part('reason', "':'", 2) }} as column_name
    from {{ ref('quality_rejection_counts') }}
    -- the other reasons have the form <kind>:<column> and keep the row from being used; an optional
    -- value that was emptied does not
    where
        reason not in ('duplicate_key', 'repeated_row')
        and not {{ starts_with('reason', "'emptied:'") }}

),

column_counts as (

    select
        row_samples.source_system,
        row_samples.feed,
        rejection_counts.column_name,
        cast(sum(rejection_counts.row_count) as bigint) as unusable_rows,
        cast(sum(case
            when rejection_counts.reason_kind in ('missing', 'placeholder')
                then rejection_counts.row_count
            else 0
        end) as bigint) as missing_rows,
        cast(sum(case
            when rejection_counts.reason_kind = 'shortened' then rejection_counts.row_count
            else 0
        end) as bigint) as shortened_rows
    from row_samples
    inner join rejection_counts
        on
            row_samples.source_system = rejection_counts.source_system
            and row_samples.feed = rejection_counts.feed
            and rejection_counts.record_date between row_samples.sample_from
            and row_samples.as_of_date
    group by row_samples.source_system, row_samples.feed, rejection_counts.column_name

),

ranked_columns as (

    select
        source_system,
        feed,
        column_name,
        unusable_rows,
        missing_rows,
        shortened_rows,
        row_number() over (
            partition by source_system, feed
            order by unusable_rows desc, column_name asc
        ) as column_rank
    from column_counts

),

worst_columns as (

    select
        row_samples.check_id,
        row_samples.source_system,
        row_samples.feed,
        row_samples.as_of_date,
        row_samples.sample_size,
        row_samples.sample_period,
        row_samples.not_evaluated_reason,
        ranked_columns.column_name,
        coalesce(ranked_columns.unusable_rows, 0) as unusable_rows,
        coalesce(ranked_columns.missing_rows, 0) as missing_rows,
        coalesce(ranked_columns.shortened_rows, 0) as shortened_rows
    from row_samples
    left join ranked_columns
        on
            row_samples.source_system = ranked_columns.source_system
            and row_samples.feed = ranked_columns.feed
            and ranked_columns.column_rank = 1

),

required_fields as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when not_evaluated_reason is null
                then 1 - cast(unusable_rows as double) / nullif(sample_size, 0)
        end as statistic,
        cast(unusable_rows as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(unusable_rows as double) as observed,
        not_evaluated_reason,
        case
            when column_name is null
                then
                    'every required field of the ' || {{ grouped_number('sample_size') }}
                    || ' rows ' || sample_period || ' is filled'
            else
                column_name || ' is empty in ' || {{ grouped_number('missing_rows') }}
                || ' and unreadable in ' || {{ grouped_number('unusable_rows - missing_rows') }}
                || case
                    when shortened_rows > 0
                        then
                            ' (a spreadsheet shortened it in '
                            || {{ grouped_number('shortened_rows') }} || ')'
                    else ''
                end
                || ' of ' || {{ grouped_number('sample_size') }} || ' rows ' || sample_period
        end as detail
    from worst_columns

)

select * from required_fields
