{#- A table: several checks read it, and it costs a scan of the raw table. -#}
{{ config(materialized='table', enabled=feed_is_enabled('online_retail')) }}

{% set invoiced_at = to_utc(typed_value('trim(invoicedate)', 'local_timestamp'), 'Europe/London') %}
{{ row_counts('online_retail', {'order_lines': 'cast(' ~ invoiced_at ~ ' as date)'}) }}
