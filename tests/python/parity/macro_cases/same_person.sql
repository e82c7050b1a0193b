with inputs as (

    select
        1 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('kranz') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        2 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1980-02-03' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('kranz') }} as other_last_name,
        cast('1980-02-03' as date) as other_birth_date
    union all
    select
        3 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1980-02-03' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1987-11-24' as date) as other_birth_date
    union all
    select
        4 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1980-02-03' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1980-02-08' as date) as other_birth_date
    union all
    select
        5 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1983-02-11' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1983-11-02' as date) as other_birth_date
    union all
    select
        6 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1983-10-03' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1983-01-03' as date) as other_birth_date
    union all
    select
        7 as case_id,
        {{ text_literal('n') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1980-02-03' as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1981-02-03' as date) as other_birth_date
    union all
    select
        8 as case_id,
        {{ text_literal('jonas') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1999-05-05' as date) as birth_date,
        {{ text_literal('klara') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1999-05-05' as date) as other_birth_date
    union all
    select
        9 as case_id,
        {{ text_literal('bob') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('robert') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        10 as case_id,
        {{ text_literal('нина') }} as first_name,
        {{ text_literal('бок') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('нина') }} as other_first_name,
        {{ text_literal('бокк') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        11 as case_id,
        {{ text_literal('李') }} as first_name,
        {{ text_literal('王') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('李') }} as other_first_name,
        {{ text_literal('王小') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        12 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('kroeger') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('krger') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        13 as case_id,
        {{ text_literal('nora') }} as first_name,
        cast(null as {{ dbt.type_string() }}) as last_name,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        14 as case_id,
        {{ text_literal('busch') }} as first_name,
        {{ text_literal('nora') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        15 as case_id,
        {{ text_literal('busch') }} as first_name,
        cast(null as {{ dbt.type_string() }}) as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        16 as case_id,
        {{ text_literal('nora') }} as first_name,
        {{ text_literal('busch') }} as last_name,
        cast(null as date) as birth_date,
        {{ text_literal('nora') }} as other_first_name,
        {{ text_literal('kranzbusch') }} as other_last_name,
        cast(null as date) as other_birth_date
    union all
    select
        17 as case_id,
        cast(null as {{ dbt.type_string() }}) as first_name,
        {{ text_literal('busch') }} as last_name,
        cast('1999-05-05' as date) as birth_date,
        {{ text_literal('klara') }} as other_first_name,
        {{ text_literal('busch') }} as other_last_name,
        cast('1999-05-05' as date) as other_birth_date

),

types as (

    select
        3 as name_letters_per_typing_error,
        15 as max_birth_years_apart

),

variants as (

    select
        'bob' as first_name,
        'robert' as variant

),

one as (

    select
        case_id,
        first_name,
        first_name as first_word,
        last_name,
        birth_date
    from inputs

),

other as (

    select
        case_id,
        other_first_name as first_name,
        other_first_name as first_word,
        other_last_name as last_name,
        other_birth_date as birth_date
    from inputs

),

results as (

    select
        one.case_id,
        {{ births_apart('one', 'other', 'types') }} as are_births_apart,
        {{ same_person('one', 'other', 'types', 'variants') }} as is_same_person
    from one
    inner join other on one.case_id = other.case_id
    cross join types
    left join variants on {{ are_name_variants('variants', 'one', 'other') }}

)

select * from results
