{#- A table: several checks read it, and it costs a scan of the base table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('fake_1000')) }}

{{ rejection_counts('fake_1000', ['contacts']) }}
