{#- The rules drawn out, cell by cell: the 125 cells of a buyer's scores and the two states without
    scores (0, 0, 0). A cell no rule holds for is kept, with a null segment, so that a test sees it. -#}
with

rules as (

    select
        segment_id,
        customer_state,
        recency_min,
        recency_max,
        frequency_min,
        frequency_max,
        monetary_min,
        monetary_max,
        value_min,
        value_max,
        rfm_min,
        rfm_max
    from {{ ref('segment_rules') }}

),

scores as (

    select 1 as score
    union all
    select 2 as score
    union all
    select 3 as score
    union all
    select 4 as score
    union all
    select 5 as score

),

cells as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score,
        'buyer' as customer_state
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary

    union all

    select
        0 as recency_score,
        0 as frequency_score,
        0 as monetary_score,
        'lead' as customer_state

    union all

    select
        0 as recency_score,
        0 as frequency_score,
        0 as monetary_score,
        'visitor' as customer_state

),

ruled as (

    select
        cells.customer_state,
        cells.recency_score,
        cells.frequency_score,
        cells.monetary_score,
        rules.segment_id
    from cells
    left join rules
        on
            cells.customer_state = rules.customer_state
            and cells.recency_score >= coalesce(rules.recency_min, 0)
            and cells.recency_score <= coalesce(rules.recency_max, 5)
            and cells.frequency_score >= coalesce(rules.frequency_min, 0)
            and cells.frequency_score <= coalesce(rules.frequency_max, 5)
            and cells.monetary_score >= coalesce(rules.monetary_min, 0)
            and cells.monetary_score <= coalesce(rules.monetary_max, 5)
            and cells.frequency_score + cells.monetary_score >= coalesce(rules.value_min, 0)
            and cells.frequency_score + cells.monetary_score <= coalesce(rules.value_max, 10)
            and cells.recency_score + cells.frequency_score + cells.monetary_score
            >= coalesce(rules.rfm_min, 0)
            and cells.recency_score + cells.frequency_score + cells.monetary_score
            <= coalesce(rules.rfm_max, 15)

)

select * from ruled
