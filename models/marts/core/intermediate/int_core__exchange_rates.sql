with

rates as (

    select
        currency,
        valid_from,
        units_per_eur
    from {{ ref('exchange_rates') }}

),

-- A rate holds until the next one, or until it is too old to be used; the euro's never ages.
periods as (

    select
        currency,
        units_per_eur,
        valid_from,
        lead(valid_from) over (partition by currency order by valid_from) as next_valid_from,
        case
            when currency <> 'EUR'
                then {{ dbt.dateadd('day', var('exchange_rate_max_age_days'), 'valid_from') }}
        end as expires_on
    from rates

),

bounded_periods as (

    select
        currency,
        units_per_eur,
        valid_from,
        case
            when next_valid_from is null then expires_on
            when next_valid_from > expires_on then expires_on
            else next_valid_from
        end as valid_before
    from periods

),

order_days as (

    select distinct
        currency,
        {{ shop_date('ordered_at') }} as order_date
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
            end as decimal(18, 12)
        ) as exchange_rate,
        -- Of the two rates behind it the older; the euro's own never ages.
        case
            when order_days.currency = '{{ var("reporting_currency") }}' then null
            when source_periods.currency = 'EUR' then target_periods.valid_from
            when target_periods.currency = 'EUR' then source_periods.valid_from
            when source_periods.currency is not null and target_periods.currency is not null
                then least(source_periods.valid_from, target_periods.valid_from)
        end as rate_valid_from
    from order_days
    left join bounded_periods as source_periods
        on
            order_days.currency = source_periods.currency
            and order_days.order_date >= source_periods.valid_from
            and (
                order_days.order_date < source_periods.valid_before
                or source_periods.valid_before is null
            )
    left join bounded_periods as target_periods
        on
            target_periods.currency = '{{ var("reporting_currency") }}'
            and order_days.order_date >= target_periods.valid_from
            and (
                order_days.order_date < target_periods.valid_before
                or target_periods.valid_before is null
            )

)

select * from converted
