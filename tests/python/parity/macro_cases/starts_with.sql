with inputs as (

    select 1 as case_id, {{ text_literal('annabel') }} as one, {{ text_literal('anna') }} as other
    union all
    select 2 as case_id, {{ text_literal('anna') }} as one, {{ text_literal('annabel') }} as other
    union all
    select 3 as case_id, {{ text_literal('abc') }} as one, {{ text_literal('%') }} as other
    union all
    select 4 as case_id, {{ text_literal('a\\b') }} as one, {{ text_literal('a\\') }} as other
    union all
    select 5 as case_id, {{ text_literal('abc') }} as one, {{ text_literal('') }} as other
    union all
    select 6 as case_id, {{ text_literal('жук') }} as one, {{ text_literal('жу') }} as other
    union all
    select 7 as case_id, {{ text_literal('a_c') }} as one, {{ text_literal('abc') }} as other
    union all
    select 8 as case_id, cast(null as string) as one, {{ text_literal('a') }} as other
    union all
    select 9 as case_id, {{ text_literal('a') }} as one, cast(null as string) as other

),

results as (

    select
        case_id,
        {{ starts_with('one', 'other') }} as is_beginning
    from inputs

)

select * from results
