with inputs as (

    select 1 as case_id, '2025-03-30T01:30:00Z' as text_value
    union all
    -- The hour that Berlin skips, as plain text: it is UTC here and exists.
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
    select 8 as case_id, '01.06.2025' as text_value
    union all
    select 9 as case_id, '' as text_value
    union all
    select 10 as case_id, cast(null as {{ dbt.type_string() }}) as text_value
    union all
    select 11 as case_id, 'yesterday' as text_value
    union all
    select 12 as case_id, '2025-06-01T10:00:00.5-05:30' as text_value
    union all
    select 13 as case_id, '2025-06-01 10:00' as text_value
    union all
    select 14 as case_id, '10:00:00' as text_value
    union all
    select 15 as case_id, '2025' as text_value
    union all
    select 16 as case_id, '2025-06' as text_value
    union all
    select 17 as case_id, '2025-6-1' as text_value
    union all
    select 18 as case_id, '2025-06-01 24:00:00' as text_value
    union all
    select 19 as case_id, '1899-12-31 23:59:59' as text_value
    union all
    select 20 as case_id, 'now' as text_value
    union all
    select 21 as case_id, 'epoch' as text_value
    union all
    select 22 as case_id, 'infinity' as text_value
    union all
    select 23 as case_id, '2025-06-01T10:00:00 Europe/Berlin' as text_value
    union all
    select 24 as case_id, '2025-06-01T10:00:00+0200' as text_value
    union all
    select 25 as case_id, '2025-06-01T10:00:00+02' as text_value
    union all
    select 26 as case_id, '2025-06-01T10:00:00.123456789Z' as text_value
    union all
    select 27 as case_id, '2025-06-01T10:00:00 UTC' as text_value
    union all
    select 28 as case_id, '10000-01-01 00:00:00' as text_value
    union all
    select 29 as case_id, '1750000000' as text_value

),

results as (

    select
        case_id,
        {{ parse_utc('text_value') }} as instant
    from inputs

)

select * from results
