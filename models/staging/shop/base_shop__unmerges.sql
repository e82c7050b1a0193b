{{ config(materialized='table', enabled=feed_is_enabled('shop', 'unmerges')) }}

{{ base_rows(
    source_name='shop',
    table_name='unmerges',
    columns={
        'request_key': {'key': 'request_key', 'required': true},
        'record_type': {
            'required': true,
            'check': is_one_of('record_type', ['contact', 'order', 'feedback']),
        },
        'record_key': {'key': 'record_key', 'required': true},
        'other_record_type': {
            'required': true,
            'check': is_one_of('other_record_type', ['contact', 'order', 'feedback']),
        },
        'other_record_key': {
            'key': 'record_key',
            'required': true,
            'check': 'record_type <> other_record_type or record_key <> other_record_key',
        },
        'requested_at': {'type': 'timestamp', 'required': true, 'past': true},
        'reason': {},
    },
    record_date=shop_date('requested_at'),
    key=['request_key'],
    key_forms='base_shop__key_forms',
) }}
