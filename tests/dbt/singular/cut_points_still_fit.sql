-- The row is the calibration that scores the day of the run, where it had to be made anew because
-- the buyers are several times as many or as few as before.
with

calibrations as (

    select
        snapshot_date,
        calibration_date,
        month_end_buyer_count
    from {{ ref('int_lifecycle__calibrations') }}
    where is_current

),

cutpoints as (

    select
        calibration_date,
        calibration_number,
        previous_buyer_count,
        buyer_count
    from {{ ref('score_cutpoints') }}
    where
        reporting_currency = '{{ var("reporting_currency") }}'
        and monetary_window_months = {{ var('monetary_window_months') }}

),

current_numbers as (

    select max(cutpoints.calibration_number) as calibration_number
    from cutpoints
    inner join calibrations on cutpoints.calibration_date = calibrations.calibration_date

),

made_anew as (

    select
        cutpoints.calibration_date,
        cutpoints.buyer_count,
        coalesce(cutpoints.previous_buyer_count, calibrations.month_end_buyer_count)
            as previous_buyer_count
    from cutpoints
    inner join calibrations on cutpoints.calibration_date = calibrations.calibration_date
    inner join current_numbers
        on cutpoints.calibration_number = current_numbers.calibration_number
    where
        cutpoints.previous_buyer_count is not null
        or (
            calibrations.month_end_buyer_count > 0
            and cutpoints.buyer_count
            >= calibrations.month_end_buyer_count * {{ var('recalibration_growth') }}
        )

)

select * from made_anew
