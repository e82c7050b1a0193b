with

labelled as (

    select
        truth_set,
        record_type,
        record_node,
        person_id
    from {{ ref('int_identity_quality__truth') }}
    where record_node is not null

),

truth_sets as (

    select distinct truth_set
    from labelled

),

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

-- A record without a label belongs to the person whose contact record or order it names: the
-- address of a message to a contact, the answer to an order. It counts for no pair and is a way.
owned_keys as (

    select
        labelled.truth_set,
        labelled.person_id,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value
    from labelled
    inner join record_identifiers on labelled.record_node = record_identifiers.record_node
    where
        (labelled.record_type = 'contact' and record_identifiers.identifier_type = 'contact_key')
        or (labelled.record_type = 'order' and record_identifiers.identifier_type = 'order_key')

),

naming as (

    select
        truth_sets.truth_set,
        record_identifiers.record_node,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value
    from record_identifiers
    cross join truth_sets
    left join labelled
        on
            truth_sets.truth_set = labelled.truth_set
            and record_identifiers.record_node = labelled.record_node
    where
        labelled.record_node is null
        and record_identifiers.identifier_type in ('contact_key', 'order_key')

),

connecting as (

    select
        naming.truth_set,
        naming.record_node,
        min(owned_keys.person_id) as person_id
    from naming
    inner join owned_keys
        on
            naming.truth_set = owned_keys.truth_set
            and naming.identifier_type = owned_keys.identifier_type
            and naming.identifier_value = owned_keys.identifier_value
    group by naming.truth_set, naming.record_node
    having min(owned_keys.person_id) = max(owned_keys.person_id)

),

owned as (

    select
        truth_set,
        record_node,
        person_id
    from labelled
    union all
    select
        truth_set,
        record_node,
        person_id
    from connecting

),

-- What one person's records alone share: hubs and shared identifiers count, since no method that
-- goes by identifiers could do better; the placeholders of everybody do not.
ties as (

    select
        {{ hash_bigint(
            "owned.truth_set || '|' || cast(owned.record_node as string)"
        ) }} as node_a,
        {{ hash_bigint(
            "owned.truth_set || '|' || owned.person_id || '|' || record_identifiers.identifier_type"
            ~ " || '|' || record_identifiers.identifier_value"
        ) }} as node_b
    from owned
    inner join record_identifiers on owned.record_node = record_identifiers.record_node
    union all
    select
        {{ hash_bigint("truth_set || '|' || cast(record_node as string)") }} as node_a,
        {{ hash_bigint("truth_set || '|' || cast(record_node as string)") }} as node_b
    from owned

)

select * from ties
