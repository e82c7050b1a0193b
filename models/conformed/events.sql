{{ config(materialized='view') }} -- a filter, not worth a copy of the largest feed

-- An event is known once it is received; a clock that runs ahead keeps it for a later day.
{{ union_feed('events', times=['occurred_at', 'received_at']) }}
