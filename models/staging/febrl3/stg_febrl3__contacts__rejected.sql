{{ config(enabled=feed_is_enabled('febrl3', 'contacts')) }}

{{ rejected_rows('febrl3', 'contacts', ref('base_febrl3__contacts')) }}
