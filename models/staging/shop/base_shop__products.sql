{{ config(enabled=feed_is_enabled('shop', 'products'), **updated_rows_config()) }}

{{ base_rows(
    source_name='shop',
    table_name='products',
    columns={
        'product_key': {'key': 'product_key', 'required': true},
        'name': {'required': true},
        'category': {},
        'list_price': {'type': 'decimal(18,4)'},
        'unit_cost': {'type': 'decimal(18,4)'},
        'currency': {'check': is_capital_letters('currency', 3)},
        'stock': {'type': 'bigint', 'on_invalid': 'null'},
        'updated_at': {'type': 'timestamp', 'required': true, 'past': true},
    },
    record_date=shop_date('updated_at'),
    key=['product_key'],
    version='updated_at',
    key_forms='base_shop__key_forms',
) }}
