{#-
    The query of a `key_forms` model: one row, with a column `<kind>_is_whole` for each kind of key.
    It is true where the source, in whatever feed, has no keys of the kind with other decimals than 0:
    then `1001.0` is what a spreadsheet or a data frame made of `1001`. A source with keys like
    `1001.1` means something by `1001.0`.

    Arguments:
        tables: list of {relation, keys}, keys being a dictionary of column → kind.
    Returns: a select statement.
-#}
{% macro key_forms(tables) %}
{%- set kinds = {} -%}
{%- for table in tables -%}
    {%- set number = loop.index -%}
    {%- for column, kind in table['keys'].items() -%}
        {%- do kinds.setdefault(kind, []).append('table_' ~ number ~ '.' ~ column) -%}
    {%- endfor -%}
{%- endfor -%}
with

{% for table in tables -%}
table_{{ loop.index }} as (

    select
        {%- for column in table['keys'] %}
        {%- set text = trim_spaces(column) %}
        coalesce(
            bool_or({{ regexp_is_match(text, '^[0-9]+[.,][0-9]*[1-9][0-9]*$') }}), false
        ) as {{ column }}_has_decimals{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ table.relation }}

),

{% endfor -%}
forms as (

    select
        {%- for kind, columns in kinds.items() %}
        not ({{ columns | join('_has_decimals or ') }}_has_decimals) as {{ kind }}_is_whole
        {{- ',' if not loop.last }}
        {%- endfor %}
    from table_1
    {%- for _ in tables[1:] %}
    cross join table_{{ loop.index + 1 }}
    {%- endfor %}

)

select * from forms
{% endmacro %}
