-- A row is a request that still holds an identifier: one that names several people, and so nobody,
-- or any on an engine where no run takes rows out of the raw tables.
with

erasures as (

    select
        source_system,
        request_key,
        contact_key,
        email,
        phone,
        loyalty_card
    from {{ ref('erasures') }}

),

open_requests as (

    select
        source_system,
        request_key
    from erasures
    where
        contact_key not like 'erased-%'
        or email not like 'erased-%'
        or phone not like 'erased-%'
        or loyalty_card not like 'erased-%'

)

select * from open_requests
