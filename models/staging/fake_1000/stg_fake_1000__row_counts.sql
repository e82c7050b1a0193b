{#- A table: several checks read it, and it costs a scan of the raw table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('fake_1000')) }}

{{ row_counts('fake_1000', {'contacts': shop_date('_loaded_at')}) }}
