-- A row is a request that keeps a record apart that nobody knows: it keeps nobody apart.
with

unmerges as (

    select
        source_system,
        request_key,
        record_type,
        record_id,
        other_record_type,
        other_record_id
    from {{ ref('unmerges') }}

),

records as (

    select
        record_type,
        record_id
    from {{ ref('int_identity__records') }}

),

unknown as (

    select
        unmerges.source_system,
        unmerges.request_key
    from unmerges
    left join records as one
        on
            unmerges.record_type = one.record_type
            and unmerges.record_id = one.record_id
    left join records as other
        on
            unmerges.other_record_type = other.record_type
            and unmerges.other_record_id = other.record_id
    where one.record_id is null or other.record_id is null

)

select * from unknown
