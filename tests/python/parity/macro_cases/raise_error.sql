with inputs as (

    select 1 as case_id, cast('2025-12-31' as date) as day
    union all
    select 2 as case_id, cast('2025-01-01' as date) as day

),

results as (

    select
        case_id,
        case
            when day is not null then day
            else {{ raise_error('no day', 'date') }}
        end as day
    from inputs

)

select * from results
