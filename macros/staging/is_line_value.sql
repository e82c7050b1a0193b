{#-
    Condition: quantity times price is below ten thousand million, whatever the currency. More is a
    fault of the sender's, and would not fit the amounts of the marts once it is converted.

    Arguments:
        quantity, unit_price: SQL expressions of type decimal(18,4).
    Returns: SQL condition.
-#}
{% macro is_line_value(quantity, unit_price) -%}
    abs({{ decimal_product(quantity, unit_price) }}) < 10000000000
{%- endmacro %}
