{#-
    A sender of current states alone delivers an order once more whenever it moves on, and so most
    orders of an old day have only later versions. They count by their own time, in the state that
    the day can have seen: what was shipped, delivered or cancelled later was placed. What counts for
    nothing, as a draft does, stays so.
-#}
{% set statuses = 'select status from ' ~ ref('order_statuses') %}
{% set status_of_the_day -%}
    case
        when unioned.cancelled_at < as_of.as_of_end then unioned.status
        when unioned.delivered_at < as_of.as_of_end then 'delivered'
        when
            unioned.status in (
                {{ statuses }} where status_kind = 'order' and counts_as = 'nothing'
            )
            then unioned.status
        else 'placed'
    end
{%- endset %}
{{ union_feed(
    'orders',
    times=['ordered_at'],
    version='updated_at',
    taken_back={
        'status': status_of_the_day,
        'payment_status':
            'case when unioned.cancelled_at < as_of.as_of_end or unioned.payment_status not in ('
            ~ statuses ~ " where status_kind = 'payment' and counts_as = 'cancellation')"
            ~ ' then unioned.payment_status end',
        'delivered_at':
            'case when unioned.delivered_at < as_of.as_of_end then unioned.delivered_at end',
        'cancelled_at':
            'case when unioned.cancelled_at < as_of.as_of_end then unioned.cancelled_at end',
        'updated_at': 'unioned.ordered_at',
    },
) }}
