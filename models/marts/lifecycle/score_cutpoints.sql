{#- Stored, never recomputed: a calibration that is there already stays as it was, across full
    refreshes too. That is why this model alone is incremental. Only where the day has several times
    the buyers that it had, or few of them, is it measured again: a trial run is no calibration. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}

{%- set quantiles = var('score_quantiles') %}
{#- A table from before calibrations were numbered gets the column when this run appends to it. In
    unit tests `this` is the text of a fixture's name. -#}
{%- set stored_columns = (
    adapter.get_columns_in_relation(this) | map(attribute='name') | list
    if execute and is_incremental() and this is not string else []
) %}
{%- set stored_number = (
    'calibration_number' if not stored_columns or 'calibration_number' in stored_columns else 'null'
) %}

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

stored as (

    {% if is_incremental() %}
        select
            calibration_date,
            reporting_currency,
            monetary_window_months,
            buyer_count,
            coalesce({{ stored_number }}, 1) as calibration_number,
            row_number() over (
                partition by calibration_date, reporting_currency, monetary_window_months
                order by coalesce({{ stored_number }}, 1) desc
            ) as newest_first
        from {{ this }}
    {% else %}
        select
            calibration_date,
            reporting_currency,
            monetary_window_months,
            buyer_count,
            cast(null as bigint) as calibration_number,
            1 as newest_first
        from cutpoints
        where 1 = 0
    {% endif %}

),

unstored as (

    select
        cutpoints.calibration_date,
        cutpoints.reporting_currency,
        cutpoints.monetary_window_months,
        cast(coalesce(stored.calibration_number, 0) + 1 as bigint) as calibration_number,
        cutpoints.buyer_count,
        stored.buyer_count as previous_buyer_count,
        cutpoints.repeat_buyer_count,
        cutpoints.frequency_cutpoint_3,
        cutpoints.frequency_cutpoint_4,
        cutpoints.frequency_cutpoint_5,
        cutpoints.monetary_cutpoint_2,
        cutpoints.monetary_cutpoint_3,
        cutpoints.monetary_cutpoint_4,
        cutpoints.monetary_cutpoint_5
    from cutpoints
    left join stored
        on
            cutpoints.calibration_date = stored.calibration_date
            and cutpoints.reporting_currency = stored.reporting_currency
            and cutpoints.monetary_window_months = stored.monetary_window_months
            and stored.newest_first = 1
    where
        stored.buyer_count is null
        or cutpoints.buyer_count >= stored.buyer_count * {{ var('recalibration_growth') }}
        or cutpoints.buyer_count * {{ var('recalibration_growth') }} <= stored.buyer_count

)

select * from unstored
