{{ config(enabled=feed_is_enabled('shop', 'consents')) }}

{{ rejected_rows('shop', 'consents', ref('base_shop__consents')) }}
