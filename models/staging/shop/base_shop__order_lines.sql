{{ config(materialized='table', enabled=feed_is_enabled('shop', 'order_lines')) }}

{#- A line has no day of its own unless it is a return. It has revenue without its product, too. -#}
{{ base_rows(
    source_name='shop',
    table_name='order_lines',
    columns={
        'order_key': {'key': 'order_key', 'required': true},
        'line_number': {'type': 'bigint', 'required': true},
        'product_key': {'key': 'product_key', 'required': true, 'counts_without': true},
        'quantity': {'type': 'decimal(18,4)', 'required': true, 'check': 'quantity <> 0'},
        'unit_price': {
            'type': 'decimal(18,4)',
            'required': true,
            'check': 'unit_price >= 0 and ' ~ is_line_value('quantity', 'unit_price'),
        },
        'discount': {'type': 'decimal(18,4)', 'check': 'discount * quantity >= 0'},
        'tax': {'type': 'decimal(18,4)'},
        'is_return': {
            'type': 'boolean',
            'check': 'is_return = (quantity < 0)',
            'default': 'quantity < 0',
        },
        'returned_line_number': {'type': 'bigint'},
        'returned_at': {'type': 'timestamp', 'past': true},
    },
    record_date=shop_date('returned_at'),
    key=['order_key', 'line_number'],
    key_forms='base_shop__key_forms',
) }}
