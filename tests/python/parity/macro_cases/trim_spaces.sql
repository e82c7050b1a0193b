with inputs as (

    select 1 as case_id, {{ text_literal(' a b ') }} as text_value
    union all
    select 2 as case_id, {{ text_literal(' a ') }} as text_value
    union all
    select 3 as case_id, {{ text_literal(' a　') }} as text_value
    union all
    select 4 as case_id, {{ text_literal(' a ') }} as text_value
    union all
    select 5 as case_id, {{ text_literal('    a') }} as text_value
    union all
    select 6 as case_id, {{ text_literal('	a	') }} as text_value
    union all
    select 7 as case_id, {{ text_literal('​a') }} as text_value
    union all
    select 8 as case_id, {{ text_literal('') }} as text_value
    union all
    select 9 as case_id, {{ text_literal(' ') }} as text_value
    union all
    select 10 as case_id, cast(null as string) as text_value

),

results as (

    select
        case_id,
        {{ trim_spaces('text_value') }} as trimmed
    from inputs

)

select * from results
