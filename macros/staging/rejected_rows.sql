{#-
    The query of a `__rejected` view: the raw text of every rejected row with its reasons, so that
    it can be mended at its origin. Its columns stand in the view's YAML.

    Arguments:
        source_name, table_name: the raw table, as in the source's YAML.
        base: relation of the `base_` model.
    Returns: a select statement.
-#}
{% macro rejected_rows(source_name, table_name, base) %}
with

base_rows as (

    select
        _file,
        _row_number,
        rejection_reasons
    from {{ base }}
    where row_outcome = 'rejected'

),

rejected as (

    select
        {%- for column in model_columns() if column.name != 'rejection_reasons' %}
        source_rows.{{ column.name }},
        {%- endfor %}
        base_rows.rejection_reasons
    from {{ source(source_name, table_name) }} as source_rows
    inner join base_rows
        on
            source_rows._file = base_rows._file
            and source_rows._row_number = base_rows._row_number

)

select * from rejected
{% endmacro %}
