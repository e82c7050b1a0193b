{#- Built twice: the second run changes one row, brings one and takes one away. -#}
{{ config(**changed_rows_config('case_id', 'row_version')) }}
with inputs as (

    select 1 as case_id, 'same' as row_version
    union all
    select 2 as case_id, 'changed in run {{ var("run_number") }}' as row_version
    union all
    select 2 + {{ var('run_number') }} as case_id, 'only in run {{ var("run_number") }}' as row_version

)

select * from inputs
