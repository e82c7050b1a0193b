{#- A table: several checks read it. A record is made, ordered or named once; names change. -#}
{{ config(materialized='table', enabled=feed_is_enabled('shop')) }}

{{ row_counts('shop', var('sources')['shop'], {
    'contacts': {'key': ['contact_key'], 'version': 'updated_at', 'same': ['created_at', 'first_name']},
    'orders': {'key': ['order_key'], 'version': 'updated_at', 'same': ['ordered_at', 'contact_key']},
    'products': {'key': ['product_key'], 'version': 'updated_at', 'same': ['name']},
}, file_days='base_shop__file_days') }}
