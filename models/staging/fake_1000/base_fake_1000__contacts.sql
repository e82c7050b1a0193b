{{ config(materialized='table', enabled=feed_is_enabled('fake_1000', 'contacts')) }}

{#- The data tell no time: a record is of the day on which it was loaded. Record 0 is somebody. -#}
{{ base_rows(
    source_name='fake_1000',
    table_name='contacts',
    columns={
        'unique_id': {'key': 'record_key', 'required': true},
        'first_name': {},
        'surname': {},
        'dob': {'type': 'date', 'on_invalid': 'null'},
        'city': {},
        'email': {},
        'cluster': {},
    },
    record_date=shop_date('_loaded_at'),
    key=['unique_id'],
) }}
