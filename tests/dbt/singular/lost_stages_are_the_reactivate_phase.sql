-- A row is a customer whose lost stage, phase 5 and stage (defecting or inactive) contradict each
-- other, or whose scores do not fit the state.
with

lifecycle as (

    select
        customer_id,
        customer_state,
        lifecycle_stage,
        recency_score,
        segment_id,
        phase_number,
        lost_stage
    from {{ ref('customer_lifecycle') }}

),

contradictions as (

    select
        customer_id,
        segment_id
    from lifecycle
    where
        (lost_stage is not null) <> (phase_number = 5)
        or (phase_number = 5) <> coalesce(lifecycle_stage in ('defecting', 'inactive'), false)
        or (customer_state = 'buyer') <> (recency_score is not null)

)

select * from contradictions
