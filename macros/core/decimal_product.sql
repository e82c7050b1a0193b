{#-
    The exact product of two amounts of type decimal(18, n), before it is cast to its type.

    One engine multiplies two decimals of 18 digits within 18 digits, and stops at an order line of
    a million; a first factor of 19 digits makes it use 38. More than 19 would cost the other
    engine, which cuts the scale to stay within 38, its exactness.

    Arguments:
        left, right: SQL expressions of type decimal(18, n), left with n = 4.
    Returns: SQL expression of a decimal with the scale of both.
-#}
{% macro decimal_product(left, right) -%}
    cast({{ left }} as decimal(19, 4)) * {{ right }}
{%- endmacro %}
