with

segments as (

    select
        snapshot_date,
        is_current,
        customer_id,
        customer_state,
        recency_score,
        frequency_score,
        monetary_score,
        segment_id,
        lifecycle_stage
    from {{ ref('int_lifecycle__segments') }}
    where is_current

),

segment_names as (

    select
        segment_id,
        segment_name,
        segment_name_de,
        phase_number,
        phase,
        lost_stage
    from {{ ref('lifecycle_segments') }}

),

named as (

    select
        segments.customer_id,
        segments.snapshot_date as as_of_date,
        segments.customer_state,
        segments.lifecycle_stage,
        segments.recency_score,
        segments.frequency_score,
        segments.monetary_score,
        segments.segment_id,
        segment_names.segment_name,
        segment_names.segment_name_de,
        segment_names.phase_number,
        segment_names.phase,
        segment_names.lost_stage
    from segments
    left join segment_names
        on segments.segment_id = segment_names.segment_id

)

select * from named
