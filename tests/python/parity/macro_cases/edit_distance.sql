with inputs as (

    select 1 as case_id, {{ text_literal('anna') }} as one, {{ text_literal('ana') }} as other
    union all
    select 2 as case_id, {{ text_literal('жук') }} as one, {{ text_literal('жуч') }} as other
    union all
    select 3 as case_id, {{ text_literal('李小龙') }} as one, {{ text_literal('李小') }} as other
    union all
    select 4 as case_id, {{ text_literal('') }} as one, {{ text_literal('abc') }} as other
    union all
    select 5 as case_id, {{ text_literal('é') }} as one, {{ text_literal('e') }} as other
    union all
    select 6 as case_id, {{ text_literal('é') }} as one, {{ text_literal('é') }} as other
    union all
    select 7 as case_id, {{ text_literal('same') }} as one, {{ text_literal('same') }} as other
    union all
    select 8 as case_id, cast(null as string) as one, {{ text_literal('a') }} as other

),

results as (

    select
        case_id,
        {{ edit_distance('one', 'other') }} as distance
    from inputs

)

select * from results
