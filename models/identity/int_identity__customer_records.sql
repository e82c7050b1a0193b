with

records as (

    select
        record_type,
        record_id,
        record_node,
        source_system,
        contact_key,
        first_seen_at,
        is_test
    from {{ ref('int_identity__records') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__components') }}

),

ranked as (

    select
        records.record_type,
        records.record_id,
        records.record_node,
        records.source_system,
        records.contact_key,
        records.first_seen_at,
        records.is_test,
        components.component_id,
        row_number() over (
            partition by components.component_id
            order by records.first_seen_at, records.record_id, records.record_type
        ) as age_rank
    from records
    inner join components on records.record_node = components.node_id

),

-- Minted from the oldest record alone: neither the order of arrival nor a re-run changes the id.
minted as (

    select
        component_id,
        md5(record_type || '|' || record_id) as customer_id
    from ranked
    where age_rank = 1

),

customer_records as (

    select
        ranked.record_type,
        ranked.record_id,
        ranked.record_node,
        ranked.source_system,
        ranked.contact_key,
        minted.customer_id,
        ranked.first_seen_at,
        ranked.is_test
    from ranked
    inner join minted on ranked.component_id = minted.component_id

)

select * from customer_records
