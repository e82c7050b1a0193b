{{ config(enabled=feed_is_enabled('shop', 'orders'), **updated_rows_config()) }}

{% set known_statuses = 'select status from ' ~ ref('order_statuses') %}
{{ base_rows(
    source_name='shop',
    table_name='orders',
    columns={
        'order_key': {'key': 'order_key', 'required': true},
        'contact_key': {'key': 'contact_key'},
        'email': {},
        'phone': {'key': 'phone'},
        'anonymous_id': {'key': 'anonymous_id'},
        'loyalty_card': {'key': 'loyalty_card'},
        'ordered_at': {'type': 'timestamp', 'required': true, 'past': true},
        'sales_channel': {
            'required': true,
            'check': is_one_of('sales_channel', ['web', 'app', 'store', 'phone']),
        },
        'status': {
            'required': true,
            'check': 'status in (' ~ known_statuses ~ " where status_kind = 'order')",
        },
        'payment_status': {
            'check': 'payment_status is null or payment_status in (' ~ known_statuses
                ~ " where status_kind = 'payment')",
        },
        'is_test': {'type': 'boolean', 'default': 'false'},
        'currency': {'required': true, 'check': is_capital_letters('currency', 3)},
        'country': {'check': is_capital_letters('country', 2), 'on_invalid': 'null'},
        'promised_at': {'type': 'timestamp', 'on_invalid': 'null'},
        'delivered_at': {'type': 'timestamp', 'on_invalid': 'null'},
        'updated_at': {'type': 'timestamp', 'required': true, 'past': true},
    },
    record_date=shop_date('updated_at'),
    key=['order_key'],
    version='updated_at',
    key_forms='base_shop__key_forms',
) }}
