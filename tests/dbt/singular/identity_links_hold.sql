-- A row is a pair of linked contact records in two customers: the links and the clusters are of
-- different runs, or the loop broke off.
with

links as (

    select
        record_node,
        other_record_node
    from {{ ref('int_identity__probabilistic_links') }}
    where rejection_reason is null

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

torn as (

    select
        links.record_node,
        links.other_record_node
    from links
    inner join customer_records as one on links.record_node = one.record_node
    inner join customer_records as other on links.other_record_node = other.record_node
    where one.customer_id <> other.customer_id

)

select * from torn
