with results as (

    select
        1 as case_id,
        {{ raise_error('this day is missing', 'date') }} as day

)

select * from results
