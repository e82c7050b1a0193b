{#- History is kept: a run replaces the rows of its own day and touches no other. It outlives a full
    refresh, since the numbers of a past day cannot be had again from what lies in raw today. -#}
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    full_refresh=false,
    **whole_days_config('as_of_date', key=['check_id', 'source_system', 'feed', 'subject'])
) }}
{%- set checks = [
    'quality_row_reconciliation',
    'quality_duplicate_keys',
    'quality_repeated_rows',
    'quality_required_fields',
    'quality_shortened_keys',
    'quality_colliding_keys',
    'quality_unknown_contacts',
    'quality_freshness',
    'quality_daily_volume',
    'quality_event_mix',
] -%}
with

measurements as (

    {%- for check in checks %}
        select
            check_id,
            source_system,
            feed,
            subject,
            as_of_date,
            statistic,
            effect,
            sample_size,
            baseline,
            observed,
            not_evaluated_reason,
            detail
        from {{ ref(check) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

statistics as (

    select
        check_id,
        source_system,
        feed,
        subject,
        as_of_date,
        not_evaluated_reason,
        detail,
        cast(statistic as double) as statistic,
        cast(effect as double) as effect,
        cast(sample_size as bigint) as sample_size,
        cast(baseline as double) as baseline,
        cast(observed as double) as observed,
        case when not_evaluated_reason is null then 'evaluated' else 'not evaluated' end
            as evaluation
    from measurements

)

select * from statistics
