{{ config(enabled=feed_is_enabled('shop', 'events')) }}

{{ rejected_rows('shop', 'events', ref('base_shop__events')) }}
