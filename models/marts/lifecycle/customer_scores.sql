with

scores as (

    select
        snapshot_date,
        is_current,
        customer_id,
        first_order_date,
        last_order_date,
        days_since_last_order,
        order_count,
        repeat_purchase_day_count,
        recency_days,
        age_days,
        net_revenue,
        net_revenue_window,
        purchase_class,
        defection_days,
        inactivity_days,
        threshold_source,
        calibration_date,
        recency_score,
        frequency_score,
        monetary_score
    from {{ ref('int_lifecycle__scores') }}
    where is_current

),

current_scores as (

    select
        customer_id,
        snapshot_date as as_of_date,
        first_order_date,
        last_order_date,
        days_since_last_order,
        order_count,
        repeat_purchase_day_count,
        recency_days,
        age_days,
        net_revenue,
        net_revenue_window,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        purchase_class,
        defection_days,
        inactivity_days,
        threshold_source,
        calibration_date,
        recency_score,
        frequency_score,
        monetary_score
    from scores

)

select * from current_scores
