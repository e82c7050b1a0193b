{#- A table: several checks read it, and it costs a scan of the raw table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('febrl3')) }}

{{ row_counts('febrl3', {'contacts': shop_date('_loaded_at')}) }}
