{#-
    Whether an order counts as a purchase: its value is above 0 after returns and cancellation, or
    it was free from the start and var `free_orders_count` lets such orders count.

    Arguments:
        net_value: SQL expression, 0 on cancelled orders.
        is_free: SQL condition, true where no line of an order that stands had a value.
    Returns: SQL condition.
-#}
{% macro is_purchase(net_value, is_free) -%}
    ({{ net_value }} > 0{% if var('free_orders_count') %} or {{ is_free }}{% endif %})
{%- endmacro %}
