with

snapshots as (

    select
        snapshot_date,
        is_current,
        calibration_date
    from {{ ref('int_lifecycle__snapshot_dates') }}

),

histories as (

    select
        snapshot_date,
        order_count
    from {{ ref('int_lifecycle__purchase_histories') }}

),

buyers as (

    select
        snapshot_date,
        count(*) as buyer_count
    from histories
    where order_count > 0
    group by snapshot_date

),

counted as (

    select
        snapshots.snapshot_date,
        snapshots.is_current,
        snapshots.calibration_date,
        coalesce(buyers.buyer_count, 0) as buyer_count,
        coalesce(month_end_buyers.buyer_count, 0) as month_end_buyer_count
    from snapshots
    left join buyers on snapshots.snapshot_date = buyers.snapshot_date
    left join buyers as month_end_buyers
        on snapshots.calibration_date = month_end_buyers.snapshot_date

),

-- Cut points of a handful give nearly everybody who comes later the same score. So the day itself
-- calibrates in a shop's first month, and while it has several times the buyers of the month's end.
chosen as (

    select
        snapshot_date,
        is_current,
        month_end_buyer_count,
        case
            when buyer_count >= month_end_buyer_count * {{ var('recalibration_growth') }}
                then snapshot_date
            else calibration_date
        end as calibration_date
    from counted

)

select * from chosen
