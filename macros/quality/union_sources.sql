{#-
    The rows of `stg_<source>__<name>` over all enabled sources; an empty, typed table when there is
    no source at all.

    Arguments:
        name: what follows `stg_<source>__`.
        columns: dictionary of column → type.
    Returns: a select statement.
-#}
{% macro union_sources(name, columns) -%}
    {%- for source in var('sources') %}
    select
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_' ~ source ~ '__' ~ name) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}
{%- endmacro %}
