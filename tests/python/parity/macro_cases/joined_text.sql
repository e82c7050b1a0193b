with inputs as (

    select 1 as case_id, 2 as position, {{ text_literal('ü') }} as text_value
    union all
    select 1 as case_id, 10 as position, {{ text_literal('🙂') }} as text_value
    union all
    select 1 as case_id, 1 as position, {{ text_literal('a') }} as text_value
    union all
    select 2 as case_id, 1 as position, {{ text_literal('') }} as text_value
    union all
    select 3 as case_id, 1 as position, {{ text_literal('only') }} as text_value

),

results as (

    select
        case_id,
        {{ joined_text('text_value', 'position') }} as joined
    from inputs
    group by case_id

)

select * from results
