{#-
    A sender of current states alone delivers an order once more whenever it moves on, and so most
    orders of an old day have only later versions. They count by their own time, in the state that
    the day can have seen: what was shipped, delivered or cancelled later was placed.
-#}
{% set status_of_the_day -%}
    case
        when unioned.cancelled_at < as_of.as_of_end then 'cancelled'
        when unioned.delivered_at < as_of.as_of_end then 'delivered'
        when unioned.status in ('shipped', 'delivered', 'cancelled') then 'placed'
        else unioned.status
    end
{%- endset %}
{{ union_feed(
    'orders',
    times=['ordered_at'],
    version='updated_at',
    taken_back={
        'status': status_of_the_day,
        'delivered_at':
            'case when unioned.delivered_at < as_of.as_of_end then unioned.delivered_at end',
        'cancelled_at':
            'case when unioned.cancelled_at < as_of.as_of_end then unioned.cancelled_at end',
        'updated_at': 'unioned.ordered_at',
    },
) }}
