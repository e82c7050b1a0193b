{{ config(enabled=feed_is_enabled('shop', 'messages'), **appended_rows_config()) }}

{{ base_rows(
    source_name='shop',
    table_name='messages',
    columns={
        'message_key': {'key': 'message_key', 'required': true},
        'action': {
            'required': true,
            'check': is_one_of(
                'action',
                ['send', 'delivery', 'open', 'click', 'bounce', 'complaint', 'unsubscribe'],
            ),
        },
        'occurred_at': {'type': 'timestamp', 'required': true, 'past': true},
        'channel': {
            'required': true,
            'check': is_one_of('channel', ['email', 'sms', 'push', 'banner']),
        },
        'bounce_type': {'check': is_one_of('bounce_type', ['hard', 'soft'])},
        'campaign_key': {'key': 'campaign_key'},
        'contact_key': {'key': 'contact_key'},
        'address': {'key': 'phone'},
    },
    record_date=shop_date('occurred_at'),
    key=['message_key', 'action', 'occurred_at'],
    key_forms='base_shop__key_forms',
) }}
