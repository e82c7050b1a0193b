{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }} -- a log, as identity_changes is

with

as_of as (

    select as_of_date
    from {{ ref('as_of') }}

),

-- Not the log: what the run before did not get to log is no change of this one.
moves as (

    select
        change_type,
        old_customer_id,
        new_customer_id
    from {{ ref('int_identity__customer_moves') }}

),

-- Erasures are carried out before dbt begins.
erasures as (

    select count(*) as erased_count
    from {{ ref('identity_changes') }}
    where change_type = 'erase'
    {% if is_incremental() %}
        and changed_at > (select max(run_at) from {{ this }})
    {% endif %}

),

crosswalk_before as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__crosswalk_before') }}

),

customer_records as (

    select
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}

),

-- Empty where the customers were not solved in this invocation: then there is nothing to log.
this_run as (

    select distinct written_by as run_id
    from {{ ref('identity_crosswalk') }}
    where written_by = '{{ invocation_id }}'

),

customers_now as (

    select distinct customer_id
    from customer_records

),

-- Customers whose records are not in this run at all, as it describes an earlier day, neither kept
-- nor lost their id.
customers_before as (

    select distinct crosswalk_before.customer_id
    from crosswalk_before
    inner join customer_records on crosswalk_before.record_node = customer_records.record_node

),

kept as (

    select
        count(*) as customers_before,
        count(customers_now.customer_id) as customers_kept
    from customers_before
    left join customers_now on customers_before.customer_id = customers_now.customer_id

),

counted_now as (

    select count(*) as customers_after
    from customers_now

),

-- A customer who takes in two others is one merge for each; one who falls into three, two splits.
counted_moves as (

    select
        count(case when change_type = 'create' then 1 end) as created_count,
        count(distinct case when change_type = 'merge' then old_customer_id end) as merged_count,
        count(distinct case when change_type = 'split' then new_customer_id end) as split_count
    from moves

),

churn as (

    select
        this_run.run_id,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as run_at,
        as_of.as_of_date,
        kept.customers_before,
        counted_now.customers_after,
        kept.customers_kept,
        counted_moves.created_count,
        counted_moves.merged_count,
        counted_moves.split_count,
        erasures.erased_count,
        cast(kept.customers_kept as double) / nullif(kept.customers_before, 0)
            as share_of_ids_kept
    from this_run
    cross join kept
    cross join counted_now
    cross join counted_moves
    cross join erasures
    cross join as_of

)

select * from churn
