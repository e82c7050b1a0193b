{#-
    Holds the not_null constraints of a contract on Spark; takes the place of dbt-spark's macro of
    the same name. Parquet tables know no constraints, so the finished table is asked once, and the
    model fails as it would on an engine that enforces them; what depends on it is skipped. Tables
    of other formats get dbt-spark's own treatment.

    Arguments:
        relation: the table.
        model: its node.
    Returns: nothing.
-#}
{% macro spark__persist_constraints(relation, model) -%}
    {%- set is_enforced = config.get('contract').enforced -%}
    {%- if is_enforced and config.get('file_format', 'parquet') != 'parquet' -%}
        {%- do alter_table_add_constraints(relation, model.constraints) -%}
        {%- do alter_column_set_constraints(relation, model.columns) -%}
    {%- elif is_enforced -%}
        {%- set filled = [] -%}
        {%- for column in model.columns.values() -%}
            {%- if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
                {%- do filled.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if filled -%}
            {%- set counts -%}
                select
                    {%- for name in filled %}
                    count(*) - count({{ name }}) as {{ name }}{{ ',' if not loop.last }}
                    {%- endfor %}
                from {{ relation }}
            {%- endset -%}
            {%- set nulls = run_query(counts).rows[0] -%}
            {%- set broken = [] -%}
            {%- for name in filled if nulls[name] > 0 -%}
                {%- do broken.append(name ~ ' (' ~ nulls[name] ~ ' rows)') -%}
            {%- endfor -%}
            {%- if broken -%}
                {%- do exceptions.raise_compiler_error(
                    relation.identifier ~ ' breaks its contract, not null: ' ~ broken | join(', ')
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
