{#- A table: several checks read it, and it costs a scan of the raw table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('cdnow')) }}

{{ row_counts('cdnow', {'orders': typed_value(trim_spaces('order_date'), 'date')}) }}
