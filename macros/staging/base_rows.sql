{#-
    The query of a `base_` model: one row per raw row, typed, with its outcome and every reason
    against it. Nothing is dropped here.

    Outcomes
        accepted    the row counts.
        superseded  a newer version of its key counts.
        set_aside   a version written after var `as_of_date`; an older one counts on that day.
        rejected    the row breaks its contract; `rejection_reasons` says how.
    A key whose every version is later than `as_of_date` keeps its newest as accepted, so that its
    lines can be told from orphans; the conformed feed leaves it out by its time.

    Reasons, in the order of the columns: `missing:<column>`, `type:<column>`, `future:<column>`,
    `value:<column>`; then `duplicate_key`. Of rows that share a key (and, with `version`, the
    version), the first by (_loaded_at, _file, _row_number) counts; rows with another reason against
    them do not compete.

    Only the rows whose key comes twice are ranked, apart from the rest. On 1M events (CPU seconds):
    2.1 to type and check, 2.9 with that; 4.8 where the typed rows are a CTE that is read twice. One
    window over all rows takes 3.0, but sorts every wide row in memory.

    Arguments:
        source_name, table_name: the raw table, as in the source's YAML.
        columns: dictionary of raw column → rules:
            type: see `typed_value`; default string.
            required: true where an empty value is a reason to reject.
            required_if: condition under which it is required.
            past: true where the row tells of something that has happened: a time more than a day
                after the row was loaded comes from a wrong clock, and one such row would move the
                day of the whole run.
            check: condition over the typed columns; a row is rejected where it is false.
            default: SQL expression for an empty value, over the typed columns.
        record_date: SQL expression of the day of a row, over the typed columns.
        key: list of columns that name a record; empty where equal rows may all be real. One that is
            not required must be a string.
        version: column that orders the versions of a key; none: a key comes once.
    Returns: a select statement.
-#}
{% macro base_rows(source_name, table_name, columns, record_date, key=[], version=none) %}
{%- do check_contract(source_name, table_name, columns) -%}
{%- set raw_table = source(source_name, table_name) -%}
{%- set limit = as_of_limit() -%}
{%- set key_values = {} -%}
{%- for name in key -%}
    {%- set value = typed_value(
        "nullif(" ~ trim_spaces('raw_rows.' ~ name) ~ ", '')", columns[name].get('type', 'string')
    ) -%}
    {%- if not columns[name].get('required') -%}
        {%- set value = "coalesce(" ~ value ~ ", '')" -%}
    {%- endif -%}
    {%- do key_values.update({name: value}) -%}
{%- endfor -%}
with {{ checked_rows('row', columns, record_date, 'from ' ~ raw_table ~ ' as raw_rows') | trim }}

{% if key -%}
shared_keys as (

    select
        {%- for name, value in key_values.items() %}
        {{ value }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ raw_table }} as raw_rows
    group by
        {%- for value in key_values.values() %}
        {{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    having count(*) > 1

),

{% set contested_raw_rows %}
    from {{ raw_table }} as raw_rows
    inner join shared_keys
        on
            {%- for name, value in key_values.items() %}
            {{ 'and ' if not loop.first }}{{ value }} = shared_keys.{{ name }}
            {%- endfor %}
{% endset -%}
{{ checked_rows('contested', columns, record_date, contested_raw_rows) | trim }}

contested_rows as (

    select
        _file,
        _row_number,
        row_number() over (
            partition by {{ (key + ([version] if version else [])) | join(', ') }}
            order by _loaded_at, _file, _row_number
        ) as place
        {%- if version %},
        {{ version }} as row_version,
        {%- if limit %}
        coalesce(
            max(case when {{ version }} < {{ limit }} then {{ version }} end) over (
                partition by {{ key | join(', ') }}
            ),
            max({{ version }}) over (partition by {{ key | join(', ') }})
        ) as current_version
        {%- else %}
        max({{ version }}) over (partition by {{ key | join(', ') }}) as current_version
        {%- endif %}
        {%- endif %}
    from contested_checked
    where contract_reasons is null

),

contested_outcomes as (

    select
        _file,
        _row_number,
        case when place > 1 then 'duplicate_key' end as duplicate_reason,
        case
            when place > 1 then 'rejected'
            {%- if version %}
            when row_version < current_version then 'superseded'
            when row_version > current_version then 'set_aside'
            {%- endif %}
            else 'accepted'
        end as row_outcome
    from contested_rows

),

{% endif -%}
outcomes as (

    select
        {%- for name in columns %}
        row_checked.{{ name }},
        {%- endfor %}
        row_checked._file,
        row_checked._row_number,
        row_checked._loaded_at,
        row_checked.record_date,
        {%- if key %}
        coalesce(
            row_checked.contract_reasons,
            contested_outcomes.duplicate_reason
        ) as rejection_reasons,
        case
            when row_checked.contract_reasons is not null then 'rejected'
            else coalesce(contested_outcomes.row_outcome, 'accepted')
        end as row_outcome
        {%- else %}
        row_checked.contract_reasons as rejection_reasons,
        case
            when row_checked.contract_reasons is not null then 'rejected'
            else 'accepted'
        end as row_outcome
        {%- endif %}
    from row_checked
    {%- if key %}
    left join contested_outcomes
        on
            row_checked._file = contested_outcomes._file
            and row_checked._row_number = contested_outcomes._row_number
    {%- endif %}

)

select * from outcomes
{% endmacro %}
