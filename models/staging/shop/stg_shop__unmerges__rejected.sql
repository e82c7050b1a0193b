{{ config(enabled=feed_is_enabled('shop', 'unmerges')) }}

{{ rejected_rows('shop', 'unmerges', ref('base_shop__unmerges')) }}
