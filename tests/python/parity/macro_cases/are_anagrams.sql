with inputs as (

    select 1 as case_id, {{ text_literal('paul') }} as one, {{ text_literal('palu') }} as other
    union all
    select 2 as case_id, {{ text_literal('paul') }} as one, {{ text_literal('paull') }} as other
    union all
    select 3 as case_id, {{ text_literal('жук') }} as one, {{ text_literal('кжу') }} as other
    union all
    select 4 as case_id, {{ text_literal('') }} as one, {{ text_literal('') }} as other
    union all
    select 5 as case_id, cast(null as string) as one, {{ text_literal('a') }} as other

),

results as (

    select
        case_id,
        {{ are_anagrams('one', 'other') }} as are_the_same_letters
    from inputs

)

select * from results
