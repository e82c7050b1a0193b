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
    where check_id = 'R2'

),

rejection_counts as (

    select
        source_system,
        feed,
        record_date,
        reason,
        row_count
    from {{ ref('quality_rejection_counts') }}
    where reason = 'duplicate_key'

),

counted as (

    select
        row_samples.check_id,
        row_samples.source_system,
        row_samples.feed,
        row_samples.as_of_date,
        row_samples.sample_size,
        row_samples.sample_period,
        row_samples.not_evaluated_reason,
        cast(coalesce(sum(rejection_counts.row_count), 0) as bigint) as duplicate_rows
    from row_samples
    left join rejection_counts
        on
            row_samples.source_system = rejection_counts.source_system
            and row_samples.feed = rejection_counts.feed
            and rejection_counts.record_date between row_samples.sample_from
            and row_samples.as_of_date
    group by
        row_samples.check_id,
        row_samples.source_system,
        row_samples.feed,
        row_samples.as_of_date,
        row_samples.sample_size,
        row_samples.sample_period,
        row_samples.not_evaluated_reason

),

duplicate_keys as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when not_evaluated_reason is null
                then cast(duplicate_rows as double) / nullif(sample_size, 0)
        end as statistic,
        cast(duplicate_rows as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(duplicate_rows as double) as observed,
        not_evaluated_reason,
        {{ grouped_number('duplicate_rows') }} || ' of ' || {{ grouped_number('sample_size') }}
        || ' rows ' || sample_period || ' carry a key that was already there' as detail
    from counted

)

select * from duplicate_keys
