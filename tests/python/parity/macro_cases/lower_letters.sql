with inputs as (

    select 1 as case_id, {{ text_literal('ÄÖÜ ẞß') }} as text_value
    union all
    select 2 as case_id, {{ text_literal('İSTANBUL') }} as text_value
    union all
    select 3 as case_id, {{ text_literal('ΣΊΣΥΦΟΣ') }} as text_value
    union all
    select 4 as case_id, {{ text_literal('Σίσυφος') }} as text_value
    union all
    select 5 as case_id, {{ text_literal('ПЁТР') }} as text_value
    union all
    select 6 as case_id, {{ text_literal('ÅÉ') }} as text_value
    union all
    select 7 as case_id, {{ text_literal('Ⅷ ǅ') }} as text_value
    union all
    select 8 as case_id, {{ text_literal('') }} as text_value
    union all
    select 9 as case_id, cast(null as string) as text_value

),

results as (

    select
        case_id,
        {{ lower_letters('text_value') }} as lowered
    from inputs

)

select * from results
