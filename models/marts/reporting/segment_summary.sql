with

snapshots as (

    select
        snapshot_date,
        is_current
    from {{ ref('int_lifecycle__snapshot_dates') }}

),

segment_names as (

    select
        segment_id,
        segment_name,
        segment_name_de,
        phase_number,
        phase,
        phase_name_de,
        lost_stage
    from {{ ref('lifecycle_segments') }}

),

segment_states as (

    select distinct
        segment_id,
        customer_state
    from {{ ref('segment_rules') }}

),

segments as (

    select
        is_current,
        segment_id,
        net_revenue_30d,
        net_revenue_365d
    from {{ ref('int_lifecycle__segments') }}

),

report_dates as (

    select
        max(case when is_current then snapshot_date end) as as_of_date,
        max(case when not is_current then snapshot_date end) as previous_date
    from snapshots

),

-- Before the first customer there is nothing to compare with: null, not 0.
histories as (

    select count(*) > 0 as has_previous
    from segments
    where not is_current

),

counted as (

    select
        segment_id,
        sum(case when is_current then 1 else 0 end) as customer_count,
        sum(case when not is_current then 1 else 0 end) as previous_customer_count,
        sum(case when is_current then net_revenue_30d else 0 end) as net_revenue_30d,
        sum(case when not is_current then net_revenue_30d else 0 end) as previous_net_revenue_30d,
        sum(case when is_current then net_revenue_365d else 0 end) as net_revenue_365d,
        sum(case when not is_current then net_revenue_365d else 0 end) as previous_net_revenue_365d
    from segments
    group by segment_id

),

summarised as (

    select
        report_dates.as_of_date,
        report_dates.previous_date,
        segment_names.segment_id,
        segment_names.segment_name,
        segment_names.segment_name_de,
        segment_names.phase_number,
        segment_names.phase,
        segment_names.phase_name_de,
        segment_names.lost_stage,
        segment_states.customer_state,
        cast(coalesce(counted.customer_count, 0) as bigint) as customer_count,
        cast(
            case
                when histories.has_previous then coalesce(counted.previous_customer_count, 0)
            end as bigint
        ) as previous_customer_count,
        cast(coalesce(counted.net_revenue_30d, 0) as decimal(18, 4)) as net_revenue_30d,
        cast(
            case
                when histories.has_previous then coalesce(counted.previous_net_revenue_30d, 0)
            end as decimal(18, 4)
        ) as previous_net_revenue_30d,
        cast(coalesce(counted.net_revenue_365d, 0) as decimal(18, 4)) as net_revenue_365d,
        cast(
            case
                when histories.has_previous then coalesce(counted.previous_net_revenue_365d, 0)
            end as decimal(18, 4)
        ) as previous_net_revenue_365d,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency
    from segment_names
    cross join report_dates
    cross join histories
    left join segment_states
        on segment_names.segment_id = segment_states.segment_id
    left join counted
        on segment_names.segment_id = counted.segment_id

)

select * from summarised
