with inputs as (

    select 1 as case_id, 'shop|C-1' as text_value
    union all
    select 2 as case_id, '' as text_value
    union all
    select 3 as case_id, 'Zoë Müller-Lüdenscheidt ß 李小龙 🙂' as text_value
    union all
    select 4 as case_id, 'shop|c-1' as text_value

),

results as (

    select
        case_id,
        {{ hash_bigint('text_value') }} as node_id
    from inputs

)

select * from results
