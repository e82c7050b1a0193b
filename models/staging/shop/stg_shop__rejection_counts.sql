{#- A table: several checks read it, and it costs a scan of every base table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('shop')) }}

{{ rejection_counts('shop', var('sources')['shop']) }}
