{#-
    The query of a `__rejection_counts` model: how often each reason rejected a row, one row per raw
    feed, day and reason. A row with two reasons counts under both. Optional values that were emptied
    while their rows count stand among them as `emptied:<reason>`.

    Rows with no date of their own get the newest date of their file, as in `row_counts`.

    Arguments:
        source_name: as in the source's YAML.
        feeds: list of raw tables.
    Returns: a select statement.
-#}
{% macro rejection_counts(source_name, feeds) %}
{#- One row has at most a reason a column, and the duplicate key. Unit tests do not see the sources. -#}
{%- set most_columns = [24] -%}
{%- if execute -%}
    {%- for table in graph.get('sources', {}).values() if table.source_name == source_name -%}
        {%- do most_columns.append(table.columns | length) -%}
    {%- endfor -%}
{%- endif -%}
{%- set reasons -%}
case
            when row_outcome = 'rejected' then rejection_reasons
            else 'emptied:' || replace(value_reasons, '; ', '; emptied:')
        end
{%- endset -%}
with {% for feed in feeds -%}
{{ feed }}_rejected as (

    select
        _file,
        record_date,
        {{ reasons }} as rejection_reasons,
        count(*) as row_count
    from {{ ref('base_' ~ source_name ~ '__' ~ feed) }}
    where row_outcome = 'rejected' or value_reasons is not null
    group by
        _file,
        record_date,
        {{ reasons }}

),

{{ feed }}_file_dates as (

    select
        _file,
        max(record_date) as record_date
    from {{ ref('base_' ~ source_name ~ '__' ~ feed) }}
    group by _file

),

{% endfor -%}
rejected as (

    {% for feed in feeds %}
    select
        '{{ feed }}' as feed,
        coalesce({{ feed }}_rejected.record_date, {{ feed }}_file_dates.record_date) as record_date,
        {{ feed }}_rejected.rejection_reasons,
        {{ feed }}_rejected.row_count
    from {{ feed }}_rejected
    inner join {{ feed }}_file_dates
        on {{ feed }}_rejected._file = {{ feed }}_file_dates._file
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

places as (

    {% for place in range(1, (most_columns | max) + 2) %}
    select {{ place }} as place
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

reasons as (

    select
        rejected.feed,
        rejected.record_date,
        split_part(rejected.rejection_reasons, '; ', places.place) as reason,
        rejected.row_count
    from rejected
    cross join places

),

summed as (

    select
        '{{ source_name }}' as source_system,
        feed,
        record_date,
        reason,
        cast(sum(row_count) as bigint) as row_count
    from reasons
    {#- Not `reason <> ''`: DuckDB 2.0.0 fails to push that filter below split_part. #}
    where length(reason) > 0
    group by
        feed,
        record_date,
        reason

)

select * from summed
{% endmacro %}
