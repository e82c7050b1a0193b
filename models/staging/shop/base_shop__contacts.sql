{{ config(enabled=feed_is_enabled('shop', 'contacts'), **updated_rows_config()) }}

{{ base_rows(
    source_name='shop',
    table_name='contacts',
    columns={
        'contact_key': {'key': 'contact_key', 'required': true},
        'email': {},
        'phone': {'key': 'phone'},
        'first_name': {},
        'last_name': {},
        'birth_date': {'type': 'date', 'on_invalid': 'null'},
        'street': {},
        'postcode': {},
        'city': {},
        'country': {'required': true, 'check': is_capital_letters('country', 2)},
        'company': {},
        'loyalty_card': {'key': 'loyalty_card'},
        'is_test_account': {'type': 'boolean', 'default': 'false'},
        'created_at': {'type': 'timestamp', 'required': true, 'past': true},
        'updated_at': {'type': 'timestamp', 'required': true, 'past': true},
    },
    record_date=shop_date('updated_at'),
    key=['contact_key'],
    version='updated_at',
    key_forms='base_shop__key_forms',
) }}
