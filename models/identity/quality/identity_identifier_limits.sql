with

customer_identifiers as (

    select
        customer_id,
        identifier_type,
        identifier_count
    from {{ ref('int_identity_quality__customer_identifiers') }}

),

types as (

    select
        identifier_type,
        max_identifiers_per_customer
    from {{ ref('identifier_types') }}

),

limits as (

    select
        limit_name,
        limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'share_of_customers_for_the_usual_maximum'

),

-- How many customers have exactly that many: few rows, however many the customers are.
distribution as (

    select
        identifier_type,
        identifier_count,
        count(*) as customer_count
    from customer_identifiers
    group by identifier_type, identifier_count

),

cumulated as (

    select
        identifier_type,
        identifier_count,
        customer_count,
        sum(customer_count) over (
            partition by identifier_type order by identifier_count
        ) as customers_up_to,
        sum(customer_count) over (partition by identifier_type) as customers_of_type
    from distribution

),

described as (

    select
        cumulated.identifier_type,
        cast(sum(cumulated.customer_count) as bigint) as customer_count,
        cast(
            sum(
                case
                    when cumulated.identifier_count > types.max_identifiers_per_customer
                        then cumulated.customer_count
                    else 0
                end
            ) as bigint
        ) as customers_above_limit,
        max(types.max_identifiers_per_customer) as max_identifiers_per_customer,
        max(cumulated.identifier_count) as maximum_count,
        cast(sum(cumulated.customer_count * cumulated.identifier_count) as double)
        / sum(cumulated.customer_count) as mean_count,
        min(
            case
                when cumulated.customers_up_to >= limits.limit_value * cumulated.customers_of_type
                    then cumulated.identifier_count
            end
        ) as usual_maximum_count
    from cumulated
    inner join types on cumulated.identifier_type = types.identifier_type
    cross join limits
    group by cumulated.identifier_type

)

select * from described
