with

customer_records as (

    select
        record_type,
        record_id,
        record_node,
        customer_id,
        first_seen_at
    from {{ ref('int_identity__customer_records') }}

),

crosswalk as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__crosswalk_before') }}

),

known as (

    select
        crosswalk.customer_id as old_customer_id,
        customer_records.customer_id as new_customer_id,
        row_number() over (
            partition by crosswalk.customer_id
            order by
                customer_records.first_seen_at,
                customer_records.record_id,
                customer_records.record_type
        ) as inheritance_rank
    from customer_records
    inner join crosswalk on customer_records.record_node = crosswalk.record_node

),

-- Where the oldest record went, the customer went; a record that went elsewhere was split off.
moved as (

    select
        old_customer_id,
        new_customer_id,
        case when min(inheritance_rank) = 1 then 'merge' else 'split' end as change_type,
        count(*) as record_count
    from known
    where old_customer_id <> new_customer_id
    group by old_customer_id, new_customer_id

),

created as (

    select
        customer_records.customer_id as new_customer_id,
        count(*) as record_count
    from customer_records
    left join crosswalk on customer_records.record_node = crosswalk.record_node
    group by customer_records.customer_id
    having count(crosswalk.record_node) = 0

),

moves as (

    select
        change_type,
        old_customer_id,
        new_customer_id,
        record_count
    from moved
    union all
    select
        'create' as change_type,
        cast(null as string) as old_customer_id,
        new_customer_id,
        record_count
    from created

)

select * from moves
