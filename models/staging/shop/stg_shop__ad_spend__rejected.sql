{{ config(enabled=feed_is_enabled('shop', 'ad_spend')) }}

{{ rejected_rows('shop', 'ad_spend', ref('base_shop__ad_spend')) }}
