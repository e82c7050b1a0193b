-- A row is a currency whose newest order was converted by a rate that newer ones have overtaken.
with

rates as (

    select
        currency,
        order_date,
        rate_valid_from
    from {{ ref('int_core__exchange_rates') }}

),

newest_days as (

    select
        currency,
        max(order_date) as order_date
    from rates
    group by currency

),

overtaken as (

    select
        rates.currency,
        rates.order_date,
        rates.rate_valid_from
    from rates
    inner join newest_days
        on rates.currency = newest_days.currency and rates.order_date = newest_days.order_date
    where
        {{ dbt.datediff('rates.rate_valid_from', 'rates.order_date', 'day') }}
        > {{ var('exchange_rate_stale_days') }}

)

select * from overtaken
