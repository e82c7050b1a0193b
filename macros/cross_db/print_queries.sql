{#-
    Prints the rows of queries, a line of JSON each: `columns`, the names, and `rows`, every value
    as text or null. So a process beside dbt reads from whatever the profile connects to, with one
    start of the engine for all queries (stammkunde/engines.py).

    Arguments:
        queries: list of SQL of small results.
    Returns: nothing; for `dbt run-operation`.
-#}
{% macro print_queries(queries) -%}
    {%- for query in queries -%}
        {%- set result = run_query(query) -%}
        {%- set rows = [] -%}
        {%- for row in result.rows -%}
            {%- set values = [] -%}
            {%- for value in row.values() -%}
                {%- do values.append(none if value is none else value | string) -%}
            {%- endfor -%}
            {%- do rows.append(values) -%}
        {%- endfor -%}
        {%- do print(tojson({'columns': result.column_names | list, 'rows': rows})) -%}
    {%- endfor -%}
{%- endmacro %}
