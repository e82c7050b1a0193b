{{ config(enabled=feed_is_enabled('shop', 'order_lines')) }}

{{ rejected_rows('shop', 'order_lines', ref('base_shop__order_lines')) }}
