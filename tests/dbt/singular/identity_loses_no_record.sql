-- A row is a record without a customer, or a customer record that no feed gave.
with

records as (

    select record_node
    from {{ ref('int_identity__records') }}

),

customer_records as (

    select record_node
    from {{ ref('int_identity__customer_records') }}

),

unmatched as (

    select
        records.record_node as given_node,
        customer_records.record_node as solved_node
    from records
    full outer join customer_records on records.record_node = customer_records.record_node
    where records.record_node is null or customer_records.record_node is null

)

select * from unmatched
