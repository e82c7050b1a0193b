{#-
    The query of a conformed model: the feed of every source that var `sources` names for it, in the
    columns and types of the model's YAML; an empty table of that shape where none does.

    Arguments:
        feed: name of the feed; each source gives `stg_<source>__<feed>`.
        times: the columns that must lie before the end of the day of the run; an empty one does.
        days: the columns of type date that must not lie after the day of the run.
        version: column that orders the versions of a record. `base_rows` has chosen the version of
            the day; where all came later, because the sender delivers current states, it is the
            first of them.
        taken_back: dictionary of column → SQL expression (over `unioned` and `as_of`) that stands
            instead where the version is later than the day: what it tells of later days was not
            known. Only where var `as_of_date` is set: without it a record that was touched after the
            newest order stands in its newest version.
    Returns: a select statement.
-#}
{% macro union_feed(feed, times=[], days=[], version=none, taken_back={}) %}
{%- set is_old_day = as_of_limit() is not none -%}
{%- set columns = model_columns() -%}
{%- set givers = [] -%}
{%- for source, feeds in var('sources', {}).items() if feed in feeds -%}
    {%- do givers.append(source) -%}
{%- endfor -%}
with

as_of as (

    select
        as_of_date,
        as_of_end
    from {{ ref('as_of') }}

),

{% for source in givers -%}
{{ source }} as (

    select
        '{{ source }}' as source_system
        {%- for column in columns if column.name != 'source_system' %},
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}
        {%- endfor %}
    from {{ ref('stg_' ~ source ~ '__' ~ feed) }}

),

{% endfor -%}
unioned as (

    {% if givers %}
    {%- for source in givers %}
    select
        source_system
        {%- for column in columns if column.name != 'source_system' %},
        {{ column.name }}
        {%- endfor %}
    from {{ source }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- else %}
    select
        {%- for column in columns %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- else %}
        cast(null as string) as source_system
        {%- endfor %}
    from as_of
    where 1 = 0
    {%- endif %}

),

known as (

    select
        unioned.source_system
        {%- for column in columns if column.name != 'source_system' %},
        {%- if is_old_day and column.name in taken_back %}
        case
            when unioned.{{ version }} >= as_of.as_of_end then {{ taken_back[column.name] }}
            else unioned.{{ column.name }}
        end as {{ column.name }}
        {%- else %}
        unioned.{{ column.name }}
        {%- endif %}
        {%- endfor %}
    from unioned
    cross join as_of
    where
        1 = 1
        {%- for time in times %}
        and (unioned.{{ time }} is null or unioned.{{ time }} < as_of.as_of_end)
        {%- endfor %}
        {%- for day in days %}
        and (unioned.{{ day }} is null or unioned.{{ day }} <= as_of.as_of_date)
        {%- endfor %}

)

select * from known
{% endmacro %}
