{#-
    Loads the rows of a seed on Spark; takes the place of dbt-spark's macro of the same name, which
    (1.11.0) turns an empty value into the text `None` and breaks on a quote, since it has no
    parameters to bind in a session. Values are written as literals; seeds are small.

    Arguments:
        model: the seed.
        agate_table: its rows.
    Returns: SQL of the first statement.
-#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set sql -%}
            insert into {{ this.render() }} values
            {%- for row in chunk %}
            (
                {%- for name in agate_table.column_names -%}
                {%- set value = row[loop.index0] -%}
                {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
                cast({{ 'null' if value is none else text_literal(value) }} as {{ type }})
                {{- ', ' if not loop.last }}
                {%- endfor -%}
            ){{ ',' if not loop.last }}
            {%- endfor %}
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{%- endmacro %}
