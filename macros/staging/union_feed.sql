{#-
    The query of a conformed model: the feed of every source that var `sources` names for it, in the
    columns and types of the model's YAML; an empty table of that shape where none does.

    Arguments:
        feed: name of the feed; each source gives `stg_<source>__<feed>`.
        times: the columns that must lie before the end of the day of the run; an empty one does.
        version: column that orders the versions of a record. It is held against the day only where
            var `as_of_date` is set (see `as_of_limit`): otherwise a record that was touched after
            the newest order would vanish instead of standing in its newest version.
    Returns: a select statement.
-#}
{% macro union_feed(feed, times=[], version=none) %}
{%- set columns = model_columns() -%}
{%- set givers = [] -%}
{%- for source, feeds in var('sources', {}).items() if feed in feeds -%}
    {%- do givers.append(source) -%}
{%- endfor -%}
with

as_of as (

    select as_of_end from {{ ref('as_of') }}

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
        unioned.{{ column.name }}
        {%- endfor %}
    from unioned
    cross join as_of
    where
        1 = 1
        {%- for time in times + ([version] if version and as_of_limit() else []) %}
        and (unioned.{{ time }} is null or unioned.{{ time }} < as_of.as_of_end)
        {%- endfor %}

)

select * from known
{% endmacro %}
