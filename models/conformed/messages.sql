{{ config(materialized='view') }} -- a filter, as that of the events

{{ union_feed('messages', times=['occurred_at']) }}
