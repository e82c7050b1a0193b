with inputs as (

    select 1 as case_id, 'anna.müller@example.com' as text_value
    union all
    select 2 as case_id, 'no address' as text_value
    union all
    select 3 as case_id, 'two@at@signs.example' as text_value
    union all
    select 4 as case_id, '' as text_value
    union all
    select 5 as case_id, cast(null as {{ dbt.type_string() }}) as text_value
    union all
    select 6 as case_id, 'GIFT_0001_20' as text_value
    union all
    select 7 as case_id, '12345' as text_value

),

results as (

    select
        case_id,
        {{ regexp_is_match('text_value', '^[^@ ,;<>]+@[^@ ,;<>]+[.][^@ .,;<>]+$') }} as is_address,
        {{ regexp_is_match('text_value', '[0-9]{4}') }} as has_four_digits,
        {{ regexp_is_match('text_value', '^(gift|GIFT)') }} as is_gift
    from inputs

)

select * from results
