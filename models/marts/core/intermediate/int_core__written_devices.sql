{{ config(materialized='table') }} -- what the next run compares with must not move

-- depends_on: {{ ref('fct_events') }}
with

devices as (

    select
        source_system,
        anonymous_id,
        device_version
    from {{ ref('int_core__event_devices') }}

)

select * from devices
