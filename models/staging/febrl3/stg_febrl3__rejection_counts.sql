{#- A table: several checks read it, and it costs a scan of the base table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('febrl3')) }}

{{ rejection_counts('febrl3', ['contacts']) }}
