-- A row is a currency and day on which orders were placed, but for which seed exchange_rates gives
-- no way to the reporting currency: their revenue would be missing everywhere.
with

rates as (

    select
        currency,
        order_date,
        exchange_rate
    from {{ ref('int_core__exchange_rates') }}

),

missing_rates as (

    select
        currency,
        order_date
    from rates
    where exchange_rate is null

)

select * from missing_rates
