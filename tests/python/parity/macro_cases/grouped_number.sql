with inputs as (

    select 1 as case_id, cast(1030 as double) as number_value
    union all
    select 2 as case_id, cast(0 as double) as number_value
    union all
    select 3 as case_id, cast(-1234567.4 as double) as number_value
    union all
    select 4 as case_id, cast(999.5 as double) as number_value
    union all
    select 5 as case_id, cast(2.5 as double) as number_value
    union all
    select 6 as case_id, cast(null as double) as number_value
    union all
    select 7 as case_id, cast(1234567890123 as double) as number_value

),

results as (

    select
        case_id,
        {{ grouped_number('number_value') }} as shown
    from inputs

)

select * from results
