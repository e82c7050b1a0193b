{#- A table: it costs a scan of every raw table and is read with each of them. -#}
{{ config(materialized='table', enabled=feed_is_enabled('shop')) }}

{{ source_key_forms('shop') }}
