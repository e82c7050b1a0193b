{% set labels = label_table('identity_truth') %}
with

labels as (

    {% if labels %}
        select distinct
            cast(truth_set as string) as truth_set,
            cast(record_type as string) as record_type,
            cast(record_id as string) as record_id,
            cast(person_id as string) as person_id
        from {{ labels }}
    {% else %}
        select
            cast(null as string) as truth_set,
            record_type,
            record_id,
            cast(null as string) as person_id
        from {{ ref('int_identity__records') }}
        where 1 = 0
    {% endif %}

),

customer_records as (

    select
        record_type,
        record_id,
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

labelled as (

    select
        labels.truth_set,
        labels.record_type,
        labels.record_id,
        labels.person_id,
        customer_records.record_node,
        customer_records.customer_id,
        {{ hash_bigint(
            "labels.truth_set || '|' || cast(customer_records.record_node as string)"
        ) }} as true_node
    from labels
    left join customer_records
        on
            labels.record_type = customer_records.record_type
            and labels.record_id = customer_records.record_id

)

select * from labelled
