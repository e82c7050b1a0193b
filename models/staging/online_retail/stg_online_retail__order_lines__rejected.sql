{{ config(enabled=feed_is_enabled('online_retail')) }}

{{ rejected_rows('online_retail', 'order_lines', ref('base_online_retail__order_lines')) }}
