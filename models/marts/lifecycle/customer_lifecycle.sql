with

segments as (
    select * from {{ ref('int_lifecycle__segments') }}
    where is_current
),

segment_names as (
    select * from {{ ref('lifecycle_segments') }}
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
