with

rates as (
    select * from {{ ref('exchange_rates') }}
),

periods as (
    select
        currency,
        units_per_eur,
        valid_from,
        lead(valid_from) over (partition by currency order by valid_from) as valid_before
    from rates
),

order_days as (
    select distinct
        currency,
        cast(ordered_at as date) as order_date
    from {{ ref('orders') }}
),

converted as (
    select
        order_days.currency,
        order_days.order_date,
        cast(
            case
                when order_days.currency = '{{ var("reporting_currency") }}' then 1
                else
                    cast(target_periods.units_per_eur as double)
                    / nullif(cast(source_periods.units_per_eur as double), 0)
            end as decimal(18, 8)
        ) as exchange_rate
    from order_days
    left join periods as source_periods
        on
            order_days.currency = source_periods.currency
            and order_days.order_date >= source_periods.valid_from
            and (
                order_days.order_date < source_periods.valid_before
                or source_periods.valid_before is null
            )
    left join periods as target_periods
        on
            target_periods.currency = '{{ var("reporting_currency") }}'
            and order_days.order_date >= target_periods.valid_from
            and (
                order_days.order_date < target_periods.valid_before
                or target_periods.valid_before is null
            )
)

select * from converted
