{#- A table: several checks read it, and it costs a scan of the raw table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('online_retail')) }}

{% set local_time = typed_value(trim_spaces('invoicedate'), 'local_timestamp') %}
{% set invoiced_at = to_utc(local_time, 'Europe/London') %}
{{ row_counts('online_retail', {'order_lines': shop_date(invoiced_at)}) }}
