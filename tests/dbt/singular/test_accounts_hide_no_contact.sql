-- A row is a customer who is kept out of the marts as a test account, although only some of the
-- contacts are marked as one. A warning: staff do buy in their own shop.
{{ config(severity="warn") }}
with

contacts as (

    select
        customer_id,
        is_test
    from {{ ref('int_identity__customer_records') }}
    where record_type = 'contact'

),

mixed_customers as (

    select
        customer_id,
        count(*) as contact_count
    from contacts
    group by customer_id
    having
        max(case when is_test then 1 else 0 end) = 1
        and min(case when is_test then 1 else 0 end) = 0

)

select * from mixed_customers
