{{ config(enabled=feed_is_enabled('fake_1000', 'contacts')) }}

{{ rejected_rows('fake_1000', 'contacts', ref('base_fake_1000__contacts')) }}
