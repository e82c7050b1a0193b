{{ config(enabled=feed_is_enabled('shop', 'ad_spend'), **appended_rows_config()) }}

{{ base_rows(
    source_name='shop',
    table_name='ad_spend',
    columns={
        'spend_date': {'type': 'date', 'required': true, 'past': true},
        'channel': {'required': true},
        'campaign': {'required': true},
        'cost': {'type': 'decimal(18,4)', 'required': true, 'check': 'cost >= 0'},
        'currency': {'required': true, 'check': is_capital_letters('currency', 3)},
        'purpose': {'required': true, 'check': is_one_of('purpose', ['acquisition', 'retention'])},
    },
    record_date='spend_date',
    key=['spend_date', 'channel', 'campaign', 'purpose'],
) }}
