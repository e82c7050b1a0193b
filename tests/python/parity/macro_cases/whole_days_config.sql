{#- Built twice: the second run replaces the rows of its day, one row fewer, and leaves the other. -#}
{{ config(materialized='incremental', **whole_days_config('day')) }}
with inputs as (

    select 1 as case_id, cast('2025-01-01' as date) as day
    union all
    select 2 as case_id, cast('2025-01-02' as date) as day
    union all
    select 3 as case_id, cast('2025-01-02' as date) as day

),

results as (

    select
        case_id,
        {{ var('run_number') }} as run_number,
        day
    from inputs
    where
        {{ var('run_number') }} = 1
        or case_id = 2

)

select * from results
