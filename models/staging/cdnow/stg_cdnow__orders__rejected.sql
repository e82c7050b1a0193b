{{ config(enabled=feed_is_enabled('cdnow')) }}

{{ rejected_rows('cdnow', 'orders', ref('base_cdnow__orders')) }}
