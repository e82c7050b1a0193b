with

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

dates as (

    select
        as_of_date as snapshot_date,
        true as is_current
    from as_of

    union all

    -- The last day of the month before: what "against the previous month" compares with.
    select
        cast({{ dbt.dateadd('day', -1, dbt.date_trunc('month', 'as_of_date')) }} as date)
            as snapshot_date,
        false as is_current
    from as_of

),

calibrated as (

    select
        snapshot_date,
        is_current,
        {{ shop_midnight('cast(' ~ dbt.dateadd('day', 1, 'snapshot_date') ~ ' as date)') }}
            as snapshot_end,
        cast(
            case
                when snapshot_date = {{ dbt.last_day('snapshot_date', 'month') }}
                    then snapshot_date
                else {{ dbt.dateadd('day', -1, dbt.date_trunc('month', 'snapshot_date')) }}
            end as date
        ) as calibration_date
    from dates

)

select * from calibrated
