{#-
    The query of a `__file_days` model: what a scan of the raw tables tells, one row per raw feed, file,
    load and day: how many rows there are, and for each kind of key whether some are written with
    decimals other than 0 (`key_forms`).

    A file is read once: a run appends those that are new, and takes out those whose rows have gone
    (`file_days_config`). Where the query is another one, the table is written anew.

    Arguments:
        source_name: as in the source's YAML.
        record_dates: dictionary of raw table → SQL expression of the day, over the raw text.
    Returns: a select statement.
-#}
{% macro file_days(source_name, record_dates) %}
{%- set kinds = source_key_kinds(source_name) -%}
{%- set columns = {} -%}
{%- set expressions = [kinds | join('|')] -%}
{%- for feed, record_date in record_dates.items() -%}
    {%- set keys = {} -%}
    {%- for name, kind in key_kinds(source_name, feed).items() -%}
        {%- set text = trim_spaces(name) -%}
        {%- do keys.setdefault(kind, []).append(
            regexp_is_match(text, '^[0-9]+[.,][0-9]*[1-9][0-9]*$') | trim
        ) -%}
    {%- endfor -%}
    {%- do columns.update({feed: keys}) -%}
    {%- do expressions.append([feed, record_date, known_day('record_date'), keys] | join('|')) -%}
{%- endfor -%}
{%- set contract = local_md5(expressions | join('\n')) -%}
{%- if is_incremental() -%}
    {%- set reason = other_contract(this, contract) -%}
    {%- if reason -%}
        {%- do log('Writes ' ~ this ~ ' anew: ' ~ reason ~ '.', info=true) -%}
        {{- rebuild_mark() ~ reason ~ ' */' }}
    {%- endif -%}
{%- endif -%}
{%- set appends = is_incremental() and not reason %}
with {% if appends -%}
read_files as (

    select distinct
        feed,
        _file,
        _loaded_at
    from {{ this }}

),

{% endif -%}
{% for feed, record_date in record_dates.items() -%}
{{ feed }}_dated as (

    select
        raw_rows._file,
        raw_rows._loaded_at,
        {%- for kind in kinds %}
        {{ columns[feed].get(kind, ['false']) | join(' or ') }} as {{ kind }}_has_decimals,
        {%- endfor %}
        {{ record_date }} as record_date
    from {{ source(source_name, feed) }} as raw_rows
    {%- if appends %}
    left join read_files
        on
            read_files.feed = '{{ feed }}'
            and raw_rows._file = read_files._file
            and raw_rows._loaded_at = read_files._loaded_at
    where read_files._file is null
    {%- endif %}

),

{% endfor -%}
days as (

    {% for feed in record_dates %}
    select
        '{{ feed }}' as feed,
        _file,
        _loaded_at,
        {{ known_day('record_date') }} as record_date,
        {%- for kind in kinds %}
        coalesce(bool_or({{ kind }}_has_decimals), false) as {{ kind }}_has_decimals,
        {%- endfor %}
        count(*) as row_count,
        '{{ contract }}' as _contract
    from {{ feed }}_dated
    group by
        _file,
        _loaded_at,
        {{ known_day('record_date') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from days
{% endmacro %}
