{{ config(enabled=feed_is_enabled('shop', 'feedback'), **appended_rows_config()) }}

{#- The scales of the kinds; a ticket or a question has no score of its own scale. -#}
{% set score_is_in_range -%}
    case
        when kind = 'nps' then score between 0 and 10
        when kind in ('csat', 'review') then score between 1 and 5
    end
{%- endset %}
{{ base_rows(
    source_name='shop',
    table_name='feedback',
    columns={
        'feedback_key': {'key': 'feedback_key', 'required': true},
        'kind': {
            'required': true,
            'check': is_one_of('kind', ['nps', 'csat', 'review', 'ticket', 'question']),
        },
        'score': {'type': 'double', 'check': score_is_in_range},
        'text': {},
        'submitted_at': {'type': 'timestamp', 'required': true, 'past': true},
        'contact_key': {'key': 'contact_key'},
        'email': {},
        'order_key': {'key': 'order_key'},
    },
    record_date=shop_date('submitted_at'),
    key=['feedback_key'],
    key_forms='base_shop__key_forms',
) }}
