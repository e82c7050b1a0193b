-- A row is a cell of the decision table (125 combinations of scores, 2 states without scores) that
-- falls in no segment or in several, or the count of all cells where it is not 127.
with

cells as (

    select
        customer_state,
        recency_score,
        frequency_score,
        monetary_score,
        segment_id
    from {{ ref('int_lifecycle__segment_cells') }}

),

faulty as (

    select
        customer_state,
        recency_score,
        frequency_score,
        monetary_score,
        count(segment_id) as segment_count
    from cells
    group by
        customer_state,
        recency_score,
        frequency_score,
        monetary_score
    having count(segment_id) <> 1

    union all

    select
        'all cells' as customer_state,
        null as recency_score,
        null as frequency_score,
        null as monetary_score,
        count(*) as segment_count
    from cells
    having count(*) <> 127

)

select * from faulty
