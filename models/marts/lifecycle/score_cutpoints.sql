{#- Stored, never recomputed: a calibration that is there already stays as it was, across full
    refreshes too. That is why this model alone is incremental. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }}

{%- set quantiles = var('score_quantiles') %}

with

calibrations as (

    select
        snapshot_date,
        calibration_date
    from {{ ref('int_lifecycle__calibrations') }}

),

histories as (

    select
        snapshot_date,
        net_revenue_window,
        order_count
    from {{ ref('int_lifecycle__purchase_histories') }}

),

buyers as (

    select
        snapshot_date,
        cast(net_revenue_window as double) as net_revenue_window,
        case when order_count > 1 then cast(order_count as double) end as repeat_order_count
    from histories
    where
        order_count > 0
        and snapshot_date in (select calibrations.calibration_date from calibrations)

),

cutpoints as (

    select
        snapshot_date as calibration_date,
        cast('{{ var("reporting_currency") }}' as string) as reporting_currency,
        cast({{ var('monetary_window_months') }} as bigint) as monetary_window_months,
        count(*) as buyer_count,
        count(repeat_order_count) as repeat_buyer_count,
        percentile_cont({{ quantiles['frequency'][0] }}) within group (order by repeat_order_count)
            as frequency_cutpoint_3,
        percentile_cont({{ quantiles['frequency'][1] }}) within group (order by repeat_order_count)
            as frequency_cutpoint_4,
        percentile_cont({{ quantiles['frequency'][2] }}) within group (order by repeat_order_count)
            as frequency_cutpoint_5,
        percentile_cont({{ quantiles['monetary'][0] }}) within group (order by net_revenue_window)
            as monetary_cutpoint_2,
        percentile_cont({{ quantiles['monetary'][1] }}) within group (order by net_revenue_window)
            as monetary_cutpoint_3,
        percentile_cont({{ quantiles['monetary'][2] }}) within group (order by net_revenue_window)
            as monetary_cutpoint_4,
        percentile_cont({{ quantiles['monetary'][3] }}) within group (order by net_revenue_window)
            as monetary_cutpoint_5
    from buyers
    group by snapshot_date

),

unstored as (

    select
        calibration_date,
        reporting_currency,
        monetary_window_months,
        buyer_count,
        repeat_buyer_count,
        frequency_cutpoint_3,
        frequency_cutpoint_4,
        frequency_cutpoint_5,
        monetary_cutpoint_2,
        monetary_cutpoint_3,
        monetary_cutpoint_4,
        monetary_cutpoint_5
    from cutpoints
    {% if is_incremental() %}
        where not exists (
            select 1
            from {{ this }} as stored_cutpoints
            where
                stored_cutpoints.calibration_date = cutpoints.calibration_date
                and stored_cutpoints.reporting_currency = cutpoints.reporting_currency
                and stored_cutpoints.monetary_window_months = cutpoints.monetary_window_months
        )
    {% endif %}

)

select * from unstored
