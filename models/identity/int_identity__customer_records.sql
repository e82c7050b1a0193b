with

records as (

    select
        record_type,
        record_id,
        record_node,
        source_system,
        contact_key,
        first_seen_at,
        known_at,
        is_test
    from {{ ref('int_identity__records') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__components') }}

),

crosswalk as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__crosswalk_before') }}

),

ranked as (

    select
        records.record_type,
        records.record_id,
        records.record_node,
        records.source_system,
        records.contact_key,
        records.first_seen_at,
        records.known_at,
        records.is_test,
        components.component_id,
        crosswalk.customer_id as previous_customer_id,
        row_number() over (
            partition by components.component_id
            order by records.first_seen_at, records.record_id, records.record_type
        ) as age_rank
    from records
    inner join components on records.record_node = components.node_id
    left join crosswalk on records.record_node = crosswalk.record_node

),

-- A customer who fell apart goes on in the component of the oldest record.
heirs as (

    select
        component_id,
        previous_customer_id,
        age_rank,
        row_number() over (
            partition by previous_customer_id
            order by first_seen_at, record_id, record_type
        ) as inheritance_rank
    from ranked
    where previous_customer_id is not null

),

-- Of several customers who met, the oldest goes on.
survivors as (

    select
        component_id,
        previous_customer_id as customer_id,
        row_number() over (partition by component_id order by age_rank) as survival_rank
    from heirs
    where inheritance_rank = 1

),

kept as (

    select
        component_id,
        customer_id
    from survivors
    where survival_rank = 1

),

-- Minted from the oldest record alone: on an empty crosswalk neither the order of arrival nor a
-- re-run changes the id.
minted as (

    select
        ranked.component_id,
        ranked.previous_customer_id,
        md5(ranked.record_type || '|' || ranked.record_id) as customer_id
    from ranked
    left join kept on ranked.component_id = kept.component_id
    where ranked.age_rank = 1 and kept.component_id is null

),

assigned as (

    select
        component_id,
        customer_id
    from kept
    union all
    -- The record that once gave a customer its id has left that customer: the id stays there.
    select
        minted.component_id,
        case
            when kept.customer_id is null then minted.customer_id
            else md5(minted.customer_id || '|' || coalesce(minted.previous_customer_id, ''))
        end as customer_id
    from minted
    left join kept on minted.customer_id = kept.customer_id

),

customer_records as (

    select
        ranked.record_type,
        ranked.record_id,
        ranked.record_node,
        ranked.source_system,
        ranked.contact_key,
        assigned.customer_id,
        ranked.first_seen_at,
        ranked.known_at,
        ranked.is_test
    from ranked
    inner join assigned on ranked.component_id = assigned.component_id

)

select * from customer_records
