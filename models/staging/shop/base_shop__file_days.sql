{{ config(enabled=feed_is_enabled('shop'), **file_days_config('shop')) }}

{% set record_times = {
    'contacts': 'updated_at',
    'orders': 'updated_at',
    'order_lines': 'returned_at',
    'products': 'updated_at',
    'events': 'received_at',
    'messages': 'occurred_at',
    'feedback': 'submitted_at',
    'ad_spend': 'spend_date',
    'consents': 'changed_at',
    'unmerges': 'requested_at',
    'erasures': 'requested_at',
} %}
{% set record_dates = {} %}
{% for feed, column in record_times.items() if feed_is_enabled('shop', feed) %}
    {% set type = 'date' if column == 'spend_date' else 'timestamp' %}
    {% set time = typed_value(trim_spaces(column), type) %}
    {% do record_dates.update({feed: time if type == 'date' else shop_date(time)}) %}
{% endfor %}
{{ file_days('shop', record_dates) }}
