{{ config(materialized='table', enabled=feed_is_enabled('shop', 'erasures')) }}

{{ base_rows(
    source_name='shop',
    table_name='erasures',
    columns={
        'request_key': {'key': 'request_key', 'required': true},
        'contact_key': {
            'key': 'contact_key',
            'required_if': 'coalesce(email, phone, loyalty_card) is null',
        },
        'email': {},
        'phone': {'key': 'phone'},
        'loyalty_card': {'key': 'loyalty_card'},
        'requested_at': {'type': 'timestamp', 'required': true, 'past': true},
    },
    record_date=shop_date('requested_at'),
    key=['request_key'],
    key_forms='base_shop__key_forms',
) }}
