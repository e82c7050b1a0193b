{{ config(enabled=feed_is_enabled('shop', 'erasures')) }}

{{ rejected_rows('shop', 'erasures', ref('base_shop__erasures')) }}
