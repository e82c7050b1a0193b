{{ config(materialized='table', enabled=feed_is_enabled('shop')) }} -- one row, read with every feed

{{ source_key_forms('shop', 'base_shop__file_days') }}
