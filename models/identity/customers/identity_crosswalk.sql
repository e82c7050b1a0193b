-- depends_on: {{ ref('int_identity__changes') }}
-- The changes are computed before this is written and logged after: what a run that breaks off
-- before has not brought about is in no log, and what one that breaks off after did not get to log,
-- the next one logs first (macro log_identity_changes).
with

customer_records as (

    select
        record_type,
        record_id,
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

crosswalk_before as (

    select
        record_type,
        record_id,
        record_node,
        customer_id
    from {{ ref('int_identity__crosswalk_before') }}

),

-- What is not there today, since the run looks at an earlier day or a feed was withdrawn, may come
-- back, and then under the id that was promised.
absent as (

    select
        crosswalk_before.record_type,
        crosswalk_before.record_id,
        crosswalk_before.record_node,
        crosswalk_before.customer_id
    from crosswalk_before
    left join customer_records on crosswalk_before.record_node = customer_records.record_node
    where customer_records.record_node is null

),

unioned as (

    select
        record_type,
        record_id,
        record_node,
        customer_id,
        true as is_present
    from customer_records
    union all
    select
        record_type,
        record_id,
        record_node,
        customer_id,
        false as is_present
    from absent

),

crosswalk as (

    select
        record_type,
        record_id,
        record_node,
        customer_id,
        is_present,
        '{{ invocation_id }}' as written_by
    from unioned

)

select * from crosswalk
