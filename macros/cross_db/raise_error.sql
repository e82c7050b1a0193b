{#-
    An expression that stops the query with a message when it is evaluated.

    Arguments:
        message: text without single quotes.
        type: type of the expression, for the branches beside it.
    Returns: SQL expression.
-#}
{% macro raise_error(message, type) -%}
    {{ return(adapter.dispatch('raise_error', 'stammkunde')(message, type)) }}
{%- endmacro %}

{% macro default__raise_error(message, type) -%}
    cast(error('{{ message }}') as {{ type }})
{%- endmacro %}

{% macro spark__raise_error(message, type) -%}
    cast(raise_error('{{ message }}') as {{ type }})
{%- endmacro %}
