{{ config(enabled=feed_is_enabled('shop', 'orders')) }}

{{ rejected_rows('shop', 'orders', ref('base_shop__orders')) }}
