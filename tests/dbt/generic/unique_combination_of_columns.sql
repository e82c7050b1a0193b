{#-
    A row is a combination of the columns that stands in the model more than once.

    Arguments:
        columns: list of columns.
        new_rows: which rows a run may have added to a large table; the others were asked when they
            came, and all are with var `full_checks` (`make check`, each week):
            loaded    those of the newest `_loaded_at`; of a table that was written anew these, too.
            written   those of this command, by column `written_by`.
            Columns must then not be null.
-#}
{% test unique_combination_of_columns(model, columns, new_rows=none) %}
{%- set asks_all = not new_rows or var('full_checks', false) -%}
with

{#- Config `where` makes a subquery of the model, with a name of its own. #}
all_rows as (

    select * from {{ model }}

)
{%- if not asks_all %},

new_keys as (

    select distinct {{ columns | join(', ') }}
    from all_rows
    {%- if new_rows == 'loaded' %}
    where _loaded_at = (select max(_loaded_at) from all_rows)
    {%- else %}
    where written_by = '{{ invocation_id }}'
    {%- endif %}

)
{%- endif %}

select
    {%- for column in columns %}
    all_rows.{{ column }},
    {%- endfor %}
    count(*) as row_count
from all_rows
{%- if not asks_all %}
inner join new_keys
    on
        {%- for column in columns %}
        {{ 'and ' if not loop.first }}all_rows.{{ column }} = new_keys.{{ column }}
        {%- endfor %}
{%- endif %}
group by
    {%- for column in columns %}
    all_rows.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
having count(*) > 1
{% endtest %}
