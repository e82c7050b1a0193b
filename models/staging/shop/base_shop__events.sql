{{ config(materialized='table', enabled=feed_is_enabled('shop', 'events')) }}

{{ base_rows(
    source_name='shop',
    table_name='events',
    columns={
        'event_key': {'required': true},
        'event_name': {'required': true},
        'occurred_at': {'type': 'timestamp', 'required': true, 'past': true},
        'received_at': {'type': 'timestamp', 'required': true, 'past': true},
        'anonymous_id': {'required': true},
        'user_key': {},
        'device_type': {},
        'platform': {},
        'country': {'check': is_capital_letters('country', 2), 'on_invalid': 'null'},
        'region': {},
        'page_path': {},
        'referrer': {},
        'utm_source': {},
        'utm_medium': {},
        'utm_campaign': {},
        'product_key': {},
        'order_key': {},
        'http_status': {'type': 'bigint', 'on_invalid': 'null'},
        'value': {'type': 'decimal(18,4)'},
    },
    record_date='cast(received_at as date)',
    key=['event_key'],
) }}
