{{ config(enabled=feed_is_enabled('shop', 'consents'), **appended_rows_config()) }}

{#- State is part of the key: a withdrawal is never lost to a grant of the same instant. -#}
{{ base_rows(
    source_name='shop',
    table_name='consents',
    columns={
        'contact_key': {'key': 'contact_key'},
        'address': {'key': 'phone', 'required_if': 'contact_key is null'},
        'purpose': {
            'required': true,
            'check': is_one_of('purpose', ['tracking', 'marketing', 'personalisation']),
        },
        'channel': {
            'required': true,
            'check': is_one_of('channel', ['email', 'sms', 'push', 'banner', 'web']),
        },
        'state': {'required': true, 'check': is_one_of('state', ['granted', 'withdrawn'])},
        'changed_at': {'type': 'timestamp', 'required': true, 'past': true},
        'legal_basis': {
            'required': true,
            'check': is_one_of(
                'legal_basis', ['consent', 'contract', 'legitimate_interest']
            ),
        },
        'source': {'required': true},
    },
    record_date=shop_date('changed_at'),
    key=['contact_key', 'address', 'purpose', 'channel', 'state', 'changed_at'],
    key_forms='base_shop__key_forms',
) }}
