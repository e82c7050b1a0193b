-- A row is a type of identifier of which more customers have more values than its limit allows than
-- may be.
{{ config(severity="warn") }}
with

identifier_limits as (

    select
        identifier_type,
        customer_count,
        customers_above_limit,
        maximum_count
    from {{ ref('identity_identifier_limits') }}

),

limits as (

    select limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'share_of_customers_above_a_type_limit'

),

exceeded as (

    select
        identifier_limits.identifier_type,
        identifier_limits.customers_above_limit,
        identifier_limits.maximum_count
    from identifier_limits
    cross join limits
    where
        identifier_limits.customers_above_limit
        > limits.limit_value * identifier_limits.customer_count

)

select * from exceeded
