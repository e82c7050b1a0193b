with inputs as (

    select 1 as case_id, {{ text_literal('äöü ß') }} as text_value
    union all
    select 2 as case_id, {{ text_literal('istanbul') }} as text_value
    union all
    select 3 as case_id, {{ text_literal('σίσυφος') }} as text_value
    union all
    select 4 as case_id, {{ text_literal('straße 5') }} as text_value
    union all
    select 5 as case_id, {{ text_literal('пётр') }} as text_value
    union all
    select 6 as case_id, {{ text_literal('') }} as text_value
    union all
    select 7 as case_id, cast(null as string) as text_value

),

results as (

    select
        case_id,
        {{ upper_letters('text_value') }} as raised
    from inputs

)

select * from results
