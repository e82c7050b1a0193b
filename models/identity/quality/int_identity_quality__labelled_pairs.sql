{% set labels = label_table('identity_truth_pairs') %}
with

labels as (

    {% if labels %}
        select
            cast(truth_set as string) as truth_set,
            cast(record_type as string) as record_type,
            cast(record_id as string) as record_id,
            cast(other_record_type as string) as other_record_type,
            cast(other_record_id as string) as other_record_id,
            cast(is_same_person as boolean) as is_same_person
        from {{ labels }}
    {% else %}
        select
            cast(null as string) as truth_set,
            record_type,
            record_id,
            record_type as other_record_type,
            record_id as other_record_id,
            cast(null as boolean) as is_same_person
        from {{ ref('int_identity__records') }}
        where 1 = 0
    {% endif %}

),

customer_records as (

    select
        record_type,
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

labelled_pairs as (

    select
        labels.truth_set,
        labels.record_type,
        labels.record_id,
        labels.other_record_type,
        labels.other_record_id,
        labels.is_same_person,
        one.customer_id = other.customer_id as is_same_customer
    from labels
    left join customer_records as one
        on labels.record_type = one.record_type and labels.record_id = one.record_id
    left join customer_records as other
        on
            labels.other_record_type = other.record_type
            and labels.other_record_id = other.record_id

)

select * from labelled_pairs
