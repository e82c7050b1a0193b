{{ config(enabled=feed_is_enabled('shop', 'unmerges')) }}

with

accepted as (

    select
        request_key,
        record_type,
        {{ qualified_id("'shop'", 'record_key') }} as record_id,
        other_record_type,
        {{ qualified_id("'shop'", 'other_record_key') }} as other_record_id,
        requested_at,
        reason
    from {{ ref('base_shop__unmerges') }}
    where row_outcome = 'accepted'

)

select * from accepted
