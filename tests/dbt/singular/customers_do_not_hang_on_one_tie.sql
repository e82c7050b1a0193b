-- A row is a type of identifier and the customers in whom one single carrier of it holds several
-- contact records on either side together: if that one tie is wrong, two people are one customer.
{{ config(severity="warn") }}
with

bridges as (

    select
        customer_id,
        identifier_type,
        split_contact_count
    from {{ ref('int_identity_quality__bridges') }}

),

limits as (

    select limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'contact_records_on_one_tie'

),

hanging as (

    select
        bridges.identifier_type,
        count(distinct bridges.customer_id) as customer_count
    from bridges
    cross join limits
    where bridges.split_contact_count > limits.limit_value
    group by bridges.identifier_type

)

select * from hanging
