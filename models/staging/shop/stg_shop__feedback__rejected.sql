{{ config(enabled=feed_is_enabled('shop', 'feedback')) }}

{{ rejected_rows('shop', 'feedback', ref('base_shop__feedback')) }}
