with inputs as (

    select 1 as case_id, {{ string_literal('anna') }} as one, {{ string_literal('ana') }} as other
    union all
    select 2 as case_id, {{ string_literal('жук') }} as one, {{ string_literal('жуч') }} as other
    union all
    select 3 as case_id, {{ string_literal('李小龙') }} as one, {{ string_literal('李小') }} as other
    union all
    select 4 as case_id, {{ string_literal('') }} as one, {{ string_literal('abc') }} as other
    union all
    select 5 as case_id, {{ string_literal('é') }} as one, {{ string_literal('e') }} as other
    union all
    select 6 as case_id, {{ string_literal('é') }} as one, {{ string_literal('é') }} as other
    union all
    select 7 as case_id, {{ string_literal('same') }} as one, {{ string_literal('same') }} as other
    union all
    select 8 as case_id, cast(null as string) as one, {{ string_literal('a') }} as other

),

results as (

    select
        case_id,
        {{ edit_distance('one', 'other') }} as distance
    from inputs

)

select * from results
