with

calibrations as (

    select
        snapshot_date,
        is_current,
        calibration_date
    from {{ ref('int_lifecycle__calibrations') }}

),

histories as (

    select
        snapshot_date,
        customer_id,
        first_order_date,
        last_order_date,
        net_revenue,
        net_revenue_window,
        order_count,
        purchase_day_count
    from {{ ref('int_lifecycle__purchase_histories') }}

),

numbered_cutpoints as (

    select
        *,
        row_number() over (
            partition by calibration_date order by coalesce(calibration_number, 1) desc
        ) as newest_first
    from {{ ref('score_cutpoints') }}
    where
        reporting_currency = '{{ var("reporting_currency") }}'
        and monetary_window_months = {{ var('monetary_window_months') }}

),

cutpoints as (

    select
        calibration_date,
        frequency_cutpoint_3,
        frequency_cutpoint_4,
        frequency_cutpoint_5,
        monetary_cutpoint_2,
        monetary_cutpoint_3,
        monetary_cutpoint_4,
        monetary_cutpoint_5
    from numbered_cutpoints
    where newest_first = 1

),

thresholds as (

    select
        purchase_class,
        defection_days,
        inactivity_days,
        threshold_source
    from {{ ref('lifecycle_thresholds') }}

),

classified as (

    select
        snapshot_date,
        customer_id,
        first_order_date,
        last_order_date,
        cast(
            {{ dbt.datediff('last_order_date', 'snapshot_date', 'day') }}
            as bigint
        ) as days_since_last_order,
        order_count,
        purchase_day_count,
        net_revenue,
        net_revenue_window,
        case when order_count = 1 then 'first_time' else 'repeat' end as purchase_class
    from histories
    where order_count > 0

),

scored as (

    select
        classified.snapshot_date,
        calibrations.is_current,
        classified.customer_id,
        classified.first_order_date,
        classified.last_order_date,
        classified.days_since_last_order,
        classified.order_count,
        -- The counts that purchase models take: x, t_x and T, here in days.
        classified.purchase_day_count - 1 as repeat_purchase_day_count,
        cast(
            {{ dbt.datediff('classified.first_order_date', 'classified.last_order_date', 'day') }}
            as bigint
        ) as recency_days,
        cast(
            {{ dbt.datediff('classified.first_order_date', 'classified.snapshot_date', 'day') }}
            as bigint
        ) as age_days,
        classified.net_revenue,
        classified.net_revenue_window,
        classified.purchase_class,
        thresholds.defection_days,
        thresholds.inactivity_days,
        thresholds.threshold_source,
        cutpoints.calibration_date,
        -- The time up to defection in three equal parts, so that a score of 3 or more means
        -- "active", 2 "defecting" and 1 "inactive": score and stage can never contradict.
        case
            when classified.days_since_last_order * 3 <= thresholds.defection_days then 5
            when classified.days_since_last_order * 3 <= thresholds.defection_days * 2 then 4
            when classified.days_since_last_order <= thresholds.defection_days then 3
            when classified.days_since_last_order <= thresholds.inactivity_days then 2
            else 1
        end as recency_score,
        -- Strictly above a cut point: the same count always gets the same score.
        case
            when classified.order_count = 1 then 1
            when classified.order_count > cutpoints.frequency_cutpoint_5 then 5
            when classified.order_count > cutpoints.frequency_cutpoint_4 then 4
            when classified.order_count > cutpoints.frequency_cutpoint_3 then 3
            else 2
        end as frequency_score,
        case
            when classified.net_revenue_window > cutpoints.monetary_cutpoint_5 then 5
            when classified.net_revenue_window > cutpoints.monetary_cutpoint_4 then 4
            when classified.net_revenue_window > cutpoints.monetary_cutpoint_3 then 3
            when classified.net_revenue_window > cutpoints.monetary_cutpoint_2 then 2
            else 1
        end as monetary_score
    from classified
    inner join calibrations
        on classified.snapshot_date = calibrations.snapshot_date
    inner join thresholds
        on classified.purchase_class = thresholds.purchase_class
    left join cutpoints
        on calibrations.calibration_date = cutpoints.calibration_date

)

select * from scored
