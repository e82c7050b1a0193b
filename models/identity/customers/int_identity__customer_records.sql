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

clusters as (

    select
        node_id,
        cluster_id
    from {{ ref('int_identity__clusters') }}

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
        clusters.cluster_id,
        crosswalk.customer_id as previous_customer_id,
        row_number() over (
            partition by clusters.cluster_id
            order by records.first_seen_at, records.record_id, records.record_type
        ) as age_rank
    from records
    inner join clusters on records.record_node = clusters.node_id
    left join crosswalk on records.record_node = crosswalk.record_node

),

-- A customer who fell apart goes on in the cluster of the oldest record.
heirs as (

    select
        cluster_id,
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
        cluster_id,
        previous_customer_id as customer_id,
        row_number() over (partition by cluster_id order by age_rank) as survival_rank
    from heirs
    where inheritance_rank = 1

),

kept as (

    select
        cluster_id,
        customer_id
    from survivors
    where survival_rank = 1

),

-- Minted from the oldest record alone: on an empty crosswalk neither the order of arrival nor a
-- re-run changes the id.
minted as (

    select
        ranked.cluster_id,
        ranked.previous_customer_id,
        md5(ranked.record_type || '|' || ranked.record_id) as customer_id
    from ranked
    left join kept on ranked.cluster_id = kept.cluster_id
    where ranked.age_rank = 1 and kept.cluster_id is null

),

assigned as (

    select
        cluster_id,
        customer_id
    from kept
    union all
    -- The record that once gave a customer its id has left that customer: the id stays there.
    select
        minted.cluster_id,
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
    inner join assigned on ranked.cluster_id = assigned.cluster_id

)

select * from customer_records
