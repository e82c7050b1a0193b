with inputs as (

    select 1 as case_id, cast('2011-01-15 10:00:00' as timestamp) as local_time
    union all
    select 2 as case_id, cast('2011-07-15 10:00:00' as timestamp) as local_time
    union all
    -- London skips 01:00 to 02:00 on this night, and shows it twice on the second one.
    select 3 as case_id, cast('2011-03-27 00:59:59' as timestamp) as local_time
    union all
    select 4 as case_id, cast('2011-03-27 01:30:00' as timestamp) as local_time
    union all
    select 5 as case_id, cast('2011-03-27 02:00:00' as timestamp) as local_time
    union all
    select 6 as case_id, cast('2011-10-30 00:59:59' as timestamp) as local_time
    union all
    select 7 as case_id, cast('2011-10-30 01:30:00' as timestamp) as local_time
    union all
    select 8 as case_id, cast('2011-10-30 02:00:00' as timestamp) as local_time
    union all
    select 9 as case_id, cast(null as timestamp) as local_time

),

results as (

    select
        case_id,
        {{ to_utc('local_time', 'Europe/London') }} as instant
    from inputs

)

select * from results
