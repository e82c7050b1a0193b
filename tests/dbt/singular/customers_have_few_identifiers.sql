-- A row is a number of identifiers of a person (addresses, numbers, cards, contact records) that
-- customers have and no person has, and how many customers have so many: somebody else's records
-- were taken for theirs.
with

customer_sizes as (

    select
        customer_id,
        person_identifier_count
    from {{ ref('int_identity_quality__customer_sizes') }}

),

limits as (

    select limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'person_identifiers_per_customer'

),

crowded as (

    select
        customer_sizes.person_identifier_count,
        count(*) as customer_count
    from customer_sizes
    cross join limits
    where customer_sizes.person_identifier_count > limits.limit_value
    group by customer_sizes.person_identifier_count

)

select * from crowded
