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

dates_with_buyers as (

    select distinct snapshot_date
    from histories
    where order_count > 0

),

-- In a shop's first month nobody had bought by the last month's end: the day itself calibrates.
chosen as (

    select
        snapshots.snapshot_date,
        snapshots.is_current,
        case
            when dates_with_buyers.snapshot_date is not null then snapshots.calibration_date
            else snapshots.snapshot_date
        end as calibration_date
    from snapshots
    left join dates_with_buyers
        on snapshots.calibration_date = dates_with_buyers.snapshot_date

)

select * from chosen
