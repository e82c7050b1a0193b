{#-
    Texts of a group one behind the other, in an order. dbt's own `listagg` forgets the order on
    Spark.

    Arguments:
        expression: SQL expression of type string.
        position: SQL expression of a number, different for each row of the group.
    Returns: SQL aggregate of type string.
-#}
{% macro joined_text(expression, position) -%}
    {{ return(adapter.dispatch('joined_text', 'stammkunde')(expression, position)) }}
{%- endmacro %}

{% macro default__joined_text(expression, position) -%}
    string_agg({{ expression }}, '' order by {{ position }})
{%- endmacro %}

{% macro spark__joined_text(expression, position) -%}
    array_join(
        transform(
            sort_array(collect_list(struct({{ position }} as position, {{ expression }} as text))),
            element -> element.text
        ),
        ''
    )
{%- endmacro %}
