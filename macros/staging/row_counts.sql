{#-
    The query of a `__row_counts` model: rows in against rows out, one row per raw feed and day.

    Rows in are counted from the raw table, not from the base model, so that a row lost in staging
    shows. Rows with no date of their own get the newest date of their file.

    Arguments:
        source_name: as in the source's YAML.
        feeds: dictionary of raw table → SQL expression of the day, over the raw text; with `file_days`,
            list of raw tables.
        records: dictionary of raw table with versions → {key: list of columns, version: column that
            orders them, same: list of columns that the versions of one record share}. Of the versions
            that one load brought of a key, one more than the values of the most diverse of these columns
            are of other records: a key that was cut short or read from the wrong column
            (`rows_colliding`, on the day of the newest).
        file_days: name of the model of `file_days`, which has counted the raw rows; none: they are
            counted here.
    Returns: a select statement.
-#}
{% macro row_counts(source_name, feeds, records={}, file_days=none) %}
with {% for feed in feeds -%}
{% if file_days -%}
{{ feed }}_in as (

    select
        _file,
        record_date,
        sum(row_count) as row_count
    from {{ ref(file_days) }}
    where feed = '{{ feed }}'
    group by
        _file,
        record_date

),

{% else -%}
{{ feed }}_dated as (

    select
        _file,
        {{ feeds[feed] }} as record_date
    from {{ source(source_name, feed) }}

),

{{ feed }}_in as (

    select
        _file,
        {{ known_day('record_date') }} as record_date,
        count(*) as row_count
    from {{ feed }}_dated
    group by
        _file,
        {{ known_day('record_date') }}

),

{% endif -%}
{% set outcome = outcome_on_day(records[feed].version) if feed in records else 'row_outcome' -%}
{{ feed }}_out as (

    select
        _file,
        record_date,
        {{ outcome }} as row_outcome,
        count(*) as row_count
    from {{ ref('base_' ~ source_name ~ '__' ~ feed) }}
    group by
        _file,
        record_date,
        {{ outcome }}

),

{% if feed in records -%}
{{ feed }}_colliding as (

    select
        max(_file) as _file,
        max(record_date) as record_date,
        greatest(
            {%- for column in records[feed].same %}
            count(distinct {{ column }}),
            {%- endfor %}
            1
        ) - 1 as row_count
    from {{ ref('base_' ~ source_name ~ '__' ~ feed) }}
    where row_outcome <> 'rejected'
    group by
        {%- for column in records[feed].key %}
        {{ column }},
        {%- endfor %}
        _loaded_at
    having count(*) > 1

),

{% endif -%}
{% endfor -%}
counted as (

    {% for feed in feeds %}
    select
        '{{ feed }}' as feed,
        _file,
        record_date,
        'in' as row_outcome,
        row_count
    from {{ feed }}_in
    union all
    select
        '{{ feed }}' as feed,
        _file,
        record_date,
        row_outcome,
        row_count
    from {{ feed }}_out
    {%- if feed in records %}
    union all
    select
        '{{ feed }}' as feed,
        _file,
        record_date,
        'colliding' as row_outcome,
        row_count
    from {{ feed }}_colliding
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

file_dates as (

    select
        feed,
        _file,
        max(record_date) as record_date
    from counted
    group by
        feed,
        _file

),

dated as (

    select
        counted.feed,
        coalesce(counted.record_date, file_dates.record_date) as record_date,
        counted.row_outcome,
        counted.row_count
    from counted
    inner join file_dates
        on
            counted.feed = file_dates.feed
            and counted._file = file_dates._file

),

summed as (

    select
        '{{ source_name }}' as source_system,
        feed,
        record_date,
        {%- for outcome in [
            'in', 'accepted', 'superseded', 'set_aside', 'repeated', 'rejected', 'colliding'
        ] %}
        cast(
            sum(case when row_outcome = '{{ outcome }}' then row_count else 0 end) as bigint
        ) as rows_{{ outcome }}{{ ',' if not loop.last }}
        {%- endfor %}
    from dated
    group by
        feed,
        record_date

)

select * from summed
{% endmacro %}
