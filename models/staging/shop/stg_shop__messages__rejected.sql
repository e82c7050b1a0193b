{{ config(enabled=feed_is_enabled('shop', 'messages')) }}

{{ rejected_rows('shop', 'messages', ref('base_shop__messages')) }}
