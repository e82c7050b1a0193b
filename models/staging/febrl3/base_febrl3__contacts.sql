{{ config(materialized='table', enabled=feed_is_enabled('febrl3', 'contacts')) }}

{#- The data tell no time: a record is of the day on which it was loaded. -#}
{{ base_rows(
    source_name='febrl3',
    table_name='contacts',
    columns={
        'rec_id': {'key': 'record_key', 'required': true},
        'given_name': {},
        'surname': {},
        'street_number': {},
        'address_1': {},
        'address_2': {},
        'suburb': {},
        'postcode': {},
        'state': {},
        'date_of_birth': {},
        'soc_sec_id': {},
    },
    record_date=shop_date('_loaded_at'),
    key=['rec_id'],
) }}
