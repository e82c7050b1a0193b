with inputs as (

    select 1 as case_id, '2025-03-30T01:30:00Z' as text_value
    union all
    select 2 as case_id, '2025-03-30 02:30:00' as text_value
    union all
    select 3 as case_id, '2025-10-26T02:30:00+02:00' as text_value
    union all
    select 4 as case_id, '2025-10-26T02:30:00+01:00' as text_value
    union all
    select 5 as case_id, '2025-06-01' as text_value
    union all
    select 6 as case_id, '2025-06-01 10:00:00.123456' as text_value
    union all
    select 7 as case_id, '2025-02-29 10:00:00' as text_value
    union all
    select 8 as case_id, cast(null as {{ dbt.type_string() }}) as text_value
    union all
    select 9 as case_id, '2025-06-01T10:00:00.5-05:30' as text_value
    union all
    select 10 as case_id, '2025-06-01 10:00' as text_value
    union all
    select 11 as case_id, '2025-6-1' as text_value
    union all
    select 12 as case_id, '1899-12-31 23:59:59' as text_value
    union all
    select 13 as case_id, '2025-06-01T10:00:00+0200' as text_value
    union all
    select 14 as case_id, '2025-06-01T10:00:00+02' as text_value
    union all
    select 15 as case_id, '2025-06-01T10:00:00.123456789Z' as text_value
    union all
    select 16 as case_id, '2025-06-01T10:00:00 UTC' as text_value
    union all
    select 17 as case_id, '2025-06-01T10:00Z' as text_value
    union all
    select 18 as case_id, '2025-06-01 10:00-05:30' as text_value

),

results as (

    select
        case_id,
        {{ parse_utc('text_value') }} as instant
    from inputs

)

select * from results
