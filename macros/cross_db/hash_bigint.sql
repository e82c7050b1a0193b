{#-
    A bigint out of a text: the first 60 bits of its md5, never negative.

    Node ids must not follow the order of insertion: increasing ids are the worst case of every
    method that spreads labels. 60 bits keep the odds of a collision among 10 million nodes below 1
    in 20,000, and the test `identity_node_ids_do_not_collide` looks.

    Arguments:
        expression: SQL expression of type string, not null.
    Returns: SQL expression of type bigint.
-#}
{% macro hash_bigint(expression) -%}
    {{ return(adapter.dispatch('hash_bigint', 'stammkunde')(expression)) }}
{%- endmacro %}

{% macro default__hash_bigint(expression) -%}
    cast('0x' || substr(md5({{ expression }}), 1, 15) as bigint)
{%- endmacro %}

{% macro spark__hash_bigint(expression) -%}
    cast(conv(substr(md5({{ expression }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}
