{#- A table: several checks read it, and it costs a scan of the base table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('online_retail')) }}

{{ rejection_counts('online_retail', ['order_lines']) }}
