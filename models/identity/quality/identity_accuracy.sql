{%- set metrics = [
    'record_count', 'person_count', 'missing_record_count', 'claimed_pairs', 'true_pairs',
    'correct_pairs', 'reachable_pairs', 'reached_pairs', 'pairwise_precision', 'pairwise_recall',
    'pairwise_f1', 'reachable_recall', 'bcubed_precision', 'bcubed_recall', 'bcubed_f1',
] -%}
{%- set pair_metrics = [
    'missing_pair_count', 'claimed_pairs', 'true_pairs', 'correct_pairs', 'pairwise_precision',
    'pairwise_recall', 'pairwise_f1',
] -%}
with

truth as (

    select
        truth_set,
        record_node,
        person_id,
        customer_id,
        true_node
    from {{ ref('int_identity_quality__truth') }}

),

labelled_pairs as (

    select
        truth_set,
        is_same_person,
        is_same_customer
    from {{ ref('int_identity_quality__labelled_pairs') }}

),

labelled as (

    select
        truth_set,
        record_node,
        person_id,
        customer_id,
        true_node
    from truth
    where record_node is not null

),

missing as (

    select
        truth_set,
        count(*) as record_count
    from truth
    where record_node is null
    group by truth_set

),

true_components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity_quality__true_components') }}

),

-- Pairs are counted, never listed: of n records there are n * (n - 1) / 2.
person_parts as (

    select
        truth_set,
        person_id,
        customer_id,
        cast(count(*) as double) as part_size
    from labelled
    group by truth_set, person_id, customer_id

),

sized_parts as (

    select
        truth_set,
        person_id,
        part_size,
        sum(part_size) over (partition by truth_set, person_id) as person_size,
        sum(part_size) over (partition by truth_set, customer_id) as customer_size
    from person_parts

),

-- The share that a part has of its person or customer, over the records of the part, adds up to the
-- mean over records (B³), and its pairs to those of the whole.
compared as (

    select
        truth_set,
        sum(part_size) as record_count,
        count(distinct person_id) as person_count,
        sum(part_size * (part_size - 1) / 2) as correct_pairs,
        sum(part_size * (customer_size - 1) / 2) as claimed_pairs,
        sum(part_size * (person_size - 1) / 2) as true_pairs,
        sum(part_size * part_size / customer_size) / sum(part_size) as bcubed_precision,
        sum(part_size * part_size / person_size) / sum(part_size) as bcubed_recall
    from sized_parts
    group by truth_set

),

reachable_parts as (

    select
        labelled.truth_set,
        true_components.component_id,
        labelled.customer_id,
        cast(count(*) as double) as part_size
    from labelled
    inner join true_components on labelled.true_node = true_components.node_id
    group by labelled.truth_set, true_components.component_id, labelled.customer_id

),

sized_reachable_parts as (

    select
        truth_set,
        part_size,
        sum(part_size) over (partition by truth_set, component_id) as component_size
    from reachable_parts

),

reached as (

    select
        truth_set,
        sum(part_size * (part_size - 1) / 2) as reached_pairs,
        sum(part_size * (component_size - 1) / 2) as reachable_pairs
    from sized_reachable_parts
    group by truth_set

),

-- Nothing claimed is nothing wrong, nothing to find is nothing missed.
measured as (

    select
        compared.truth_set,
        compared.record_count,
        compared.person_count,
        compared.correct_pairs,
        compared.claimed_pairs,
        compared.true_pairs,
        reached.reachable_pairs,
        reached.reached_pairs,
        compared.bcubed_precision,
        compared.bcubed_recall,
        coalesce(missing.record_count, 0) as missing_record_count,
        coalesce(compared.correct_pairs / nullif(compared.claimed_pairs, 0), 1)
            as pairwise_precision,
        coalesce(compared.correct_pairs / nullif(compared.true_pairs, 0), 1) as pairwise_recall,
        coalesce(
            2 * compared.correct_pairs / nullif(compared.claimed_pairs + compared.true_pairs, 0), 1
        ) as pairwise_f1,
        coalesce(reached.reached_pairs / nullif(reached.reachable_pairs, 0), 1)
            as reachable_recall,
        2 * compared.bcubed_precision * compared.bcubed_recall
        / (compared.bcubed_precision + compared.bcubed_recall) as bcubed_f1
    from compared
    inner join reached on compared.truth_set = reached.truth_set
    left join missing on compared.truth_set = missing.truth_set

),

-- Pairs that were labelled one by one are only held against themselves.
compared_pairs as (

    select
        truth_set,
        cast(sum(case when is_same_customer is null then 1 else 0 end) as double)
            as missing_pair_count,
        cast(sum(case when is_same_customer then 1 else 0 end) as double) as claimed_pairs,
        cast(
            sum(case when is_same_person and is_same_customer is not null then 1 else 0 end)
            as double
        ) as true_pairs,
        cast(
            sum(case when is_same_person and is_same_customer then 1 else 0 end) as double
        ) as correct_pairs
    from labelled_pairs
    group by truth_set

),

measured_pairs as (

    select
        truth_set,
        missing_pair_count,
        claimed_pairs,
        true_pairs,
        correct_pairs,
        coalesce(correct_pairs / nullif(claimed_pairs, 0), 1) as pairwise_precision,
        coalesce(correct_pairs / nullif(true_pairs, 0), 1) as pairwise_recall,
        coalesce(2 * correct_pairs / nullif(claimed_pairs + true_pairs, 0), 1) as pairwise_f1
    from compared_pairs

),

accuracy as (

    {% for metric in metrics %}
        select
            truth_set,
            '{{ metric }}' as metric,
            cast({{ metric }} as double) as metric_value
        from measured
        union all
    {% endfor %}
    {% for metric in pair_metrics %}
        select
            truth_set,
            '{{ metric }}' as metric,
            cast({{ metric }} as double) as metric_value
        from measured_pairs
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from accuracy
