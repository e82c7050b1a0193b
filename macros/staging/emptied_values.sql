{#-
    The query of an `__emptied_values` view: where optional values were emptied while their rows
    count, without the values; the raw table holds them under file and row.

    Arguments:
        source_name: as in the source's YAML.
        feeds: list of raw tables.
    Returns: a select statement.
-#}
{% macro emptied_values(source_name, feeds) %}
with

emptied as (

    {% for feed in feeds %}
    select
        '{{ feed }}' as feed,
        _file,
        _row_number,
        value_reasons
    from {{ ref('base_' ~ source_name ~ '__' ~ feed) }}
    where value_reasons is not null and row_outcome <> 'rejected'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from emptied
{% endmacro %}
