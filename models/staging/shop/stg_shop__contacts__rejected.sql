{{ config(enabled=feed_is_enabled('shop', 'contacts')) }}

{{ rejected_rows('shop', 'contacts', ref('base_shop__contacts')) }}
