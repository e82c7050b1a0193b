{{ config(enabled=feed_is_enabled('shop', 'products')) }}

{{ rejected_rows('shop', 'products', ref('base_shop__products')) }}
