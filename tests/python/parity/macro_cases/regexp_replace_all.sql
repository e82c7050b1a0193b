with inputs as (

    select 1 as case_id, '+49 (0)30 / 123-45 ext. 6' as text_value
    union all
    select 2 as case_id, 'aaa' as text_value
    union all
    select 3 as case_id, '' as text_value
    union all
    select 4 as case_id, cast(null as {{ dbt.type_string() }}) as text_value
    union all
    select 5 as case_id, 'Straße 1.2.3' as text_value

),

results as (

    select
        case_id,
        {{ regexp_replace_all('text_value', '[^0-9]') }} as digits,
        {{ regexp_replace_all('text_value', 'a', 'b') }} as replaced,
        {{ regexp_replace_all('text_value', '[.]', '-') }} as dashed,
        {{ regexp_replace_all('text_value', '(ext|x).*$') }} as without_extension
    from inputs

)

select * from results
