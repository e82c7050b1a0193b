{{ config(materialized='table', enabled=feed_is_enabled('shop', 'erasures')) }}

{{ base_rows(
    source_name='shop',
    table_name='erasures',
    columns={
        'request_key': {'required': true},
        'contact_key': {'required_if': 'coalesce(email, phone, loyalty_card) is null'},
        'email': {},
        'phone': {},
        'loyalty_card': {},
        'requested_at': {'type': 'timestamp', 'required': true, 'past': true},
    },
    record_date='cast(requested_at as date)',
    key=['request_key'],
) }}
