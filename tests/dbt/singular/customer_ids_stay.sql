-- A row is the last run, if so many customers lost their id to a merge that a rule, a seed or a
-- source must have changed. The first run has no ids to keep.
{{ config(severity="warn") }}
with

churn as (

    select
        run_id,
        as_of_date,
        customers_before,
        customers_kept,
        share_of_ids_kept,
        row_number() over (order by run_at desc, run_id desc) as age
    from {{ ref('identity_churn') }}

),

limits as (

    select limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'share_of_ids_that_may_change'

),

unstable as (

    select
        churn.as_of_date,
        churn.customers_before,
        churn.customers_before - churn.customers_kept as customers_without_their_id
    from churn
    cross join limits
    where churn.age = 1 and churn.share_of_ids_kept < 1 - limits.limit_value

)

select * from unstable
