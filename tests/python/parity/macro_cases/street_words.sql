with inputs as (

    select 1 as case_id, 'Lange Straße 12 a' as street
    union all
    select 2 as case_id, 'LANGE STR. 12-A' as street
    union all
    select 3 as case_id, '3, r. de la Paix' as street
    union all
    select 4 as case_id, 'Straße des 17. Juni 135/2' as street
    union all
    select 5 as case_id, 'Flat 5a, 12 High St.' as street
    union all
    select 6 as case_id, '中山路 5号' as street
    union all
    select 7 as case_id, 'Ünter den Éichen #7' as street
    union all
    select 8 as case_id, '' as street
    union all
    select 9 as case_id, cast(null as {{ dbt.type_string() }}) as street
    union all
    select 10 as case_id, 'a 1 b 2c d' as street

),

results as (

    select
        case_id,
        {{ street_words('street') }} as words,
        {{ house_number('street') }} as house_number
    from inputs

)

select * from results
