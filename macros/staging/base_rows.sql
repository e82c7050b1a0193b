{#-
    The query of a `base_` model: one row per raw row, typed, with its outcome and every reason
    against it. Nothing is dropped here.

    Outcomes
        accepted    the row counts.
        superseded  a newer version of its key counts; of two with one time, the later received one.
        repeated    of a table without a key: an equal row of another file counts.
        rejected    the row breaks its contract; `rejection_reasons` says how.
    They are those of a day on which everything is known that has landed, so that the table is the same
    whatever day is asked for. On an earlier day `outcome_on_day` says which version counts, by two
    columns of a feed with versions: `superseded_at`, the time of the version that takes the row's place
    (its own, where it is one of two with one time), and `is_first_version`.

    Reasons, in the order of the columns: `missing:<column>`, `type:<column>`,
    `placeholder:<column>` (see `is_placeholder_time` and `is_written_null`), `shortened:<column>`
    (see `is_shortened`), `future:<column>`, `value:<column>`, and
    `contradictory:<column>` on every row of a file that writes 1.111,11 and 1,111.11 in one column;
    then `duplicate_key` or `repeated_row`. Those of a column with `on_invalid` empty the value and
    stand in `value_reasons`; so do shortened keys that are not required.

    Rows are received in the order of (_loaded_at, _file, _row_number); rows with another reason
    against them do not compete.
    Without `version`, the first row of a key counts and the others are `duplicate_key`.
    With it, a row that says what the one received before it said is `duplicate_key` where both
    stand in one file, and else `repeated_row`: an export of everything is no fault of the sender's.

    Without a key, equal rows of one file may all be real (a till writes a line per scan), but two
    files that both hold a row overlap: an equal row counts as often as in the file that has it most.

    An incremental model appends the rows of the files that its table has not seen, and asks the table
    whether a key was there before; `stale_reason` says when it is written anew. That goes for feeds with
    a key. Without versions, the first row of a key stays the one that counts. With them, rows whose
    outcome a later version changed come out once more, in place of what they were
    (`updated_rows_config`).

    Only the rows whose key comes twice are ranked, apart from the rest. On 1M events (CPU seconds):
    2.1 to type and check, 2.9 with that; 4.8 where the typed rows are a CTE that is read twice. One
    window over all rows takes 3.0, but sorts every wide row in memory.

    Arguments:
        source_name, table_name: the raw table, as in the source's YAML.
        columns: dictionary of raw column → rules:
            type: see `typed_value`; default string.
            key: kind of key that the text is, such as 'contact_key'; see `clean_key`. A source
                writes keys of a kind alike in all its feeds.
            counts_without: true where the row counts without its key, although it is required, if a
                spreadsheet shortened it.
            required: true where an empty value is a reason to reject.
            required_if: condition under which it is required.
            past: true where the row tells of something that has happened: a time more than a day
                after the row was loaded comes from a wrong clock, and one such row would move the
                day of the whole run.
            check: condition over the typed columns; a row is rejected where it is false.
            default: SQL expression for an empty value, over the typed columns.
            on_invalid: 'null' where a value that breaks its rules is emptied and the row counts: for
                what describes a record and is not required.
        record_date: SQL expression of the day of a row, over the typed columns.
        key: list of columns that name a record; empty where equal rows may all be real. One that is
            not required must be a string.
        version: column that orders the versions of a key; none: a key comes once.
        ranked: false where the model itself says which row of a key counts: every row that keeps the
            contract is accepted.
        key_forms: name of the model of `source_key_forms`; none, and in unit tests: the raw table
            says itself how its keys are written.
    Returns: a select statement.
-#}
{% macro base_rows(
    source_name, table_name, columns, record_date, key=[], version=none, key_forms=none, ranked=true
) %}
{%- do check_contract(source_name, table_name, columns) -%}
{%- set raw_table = source(source_name, table_name) -%}
{%- set numbers = [] -%}
{%- for name, rules in columns.items() if name not in key and is_number(rules) -%}
    {%- do numbers.append(name) -%}
{%- endfor -%}
{%- set has_keys = columns.values() | selectattr('key', 'defined') | list | length > 0 -%}
{%- set key_values = {} -%}
{%- set kept_keys = {} -%}
{%- for name in key or columns -%}
    {%- set text = "nullif(" ~ trim_spaces('raw_rows.' ~ name) ~ ", '')" -%}
    {%- set kind = columns[name].get('key') -%}
    {%- set value = clean_key(text, kind, 'key_forms.' ~ kind ~ '_is_whole') if kind
        else typed_value(text, columns[name].get('type', 'string')) -%}
    {%- if not key -%}
        {%- set value = "coalesce(cast(" ~ value ~ " as string), '')" -%}
    {%- elif not columns[name].get('required') -%}
        {%- set value = "coalesce(" ~ value ~ ", '')" -%}
    {%- endif -%}
    {%- do key_values.update({name: value}) -%}
    {%- set kept_key = 'kept_rows.' ~ name -%}
    {%- do kept_keys.update({
        name: kept_key if columns[name].get('required') else "coalesce(" ~ kept_key ~ ", '')"
    }) -%}
{%- endfor -%}
{#- Rows of the table that keep the contract, whether they count or not. -#}
{%- set has_competed -%}
    (
                kept_rows.row_outcome <> 'rejected'
                or kept_rows.rejection_reasons in ('duplicate_key', 'repeated_row')
            )
{%- endset -%}
{%- set competes = has_competed if version else "kept_rows.row_outcome = 'accepted'" -%}
{%- set rows_kept = config.get('materialized') == 'incremental' -%}
{%- if rows_kept -%}
    {%- set contract = base_contract(columns, record_date, key, version, numbers, key_forms) -%}
    {%- set reason = stale_reason(this, raw_table, contract) if is_incremental() else none -%}
    {%- if reason -%}
        {%- do log('Writes ' ~ this ~ ' anew: ' ~ reason ~ '.', info=true) -%}
        {{- rebuild_mark() ~ reason ~ ' */' }}
    {%- endif -%}
{%- endif -%}
{%- set appends = rows_kept and is_incremental() and not reason -%}
{%- if appends -%}
    {%- set all_rows = raw_table -%}
    {%- set raw_table = 'new_rows' -%}
{%- endif %}
with {% if appends -%}
new_files as (

    select
        _file,
        _loaded_at
    from {{ all_rows }}
    group by
        _file,
        _loaded_at
    except
    select
        _file,
        _loaded_at
    from {{ this }}
    group by
        _file,
        _loaded_at

),

new_rows as (

    select all_rows.*
    from {{ all_rows }} as all_rows
    inner join new_files
        on
            all_rows._file = new_files._file
            and all_rows._loaded_at = new_files._loaded_at

),

{% endif -%}
{{ number_styles(raw_table, numbers) | trim }}
{{ key_forms_rows(raw_table, columns, key_forms) | trim }}
{{ checked_rows(
    'row', columns, record_date, 'from ' ~ raw_table ~ ' as raw_rows', numbers
) | trim }}

{% if ranked -%}
keyed_rows as (

    select
        {%- for name, value in key_values.items() %}
        {{ value }} as {{ name }},
        {%- endfor %}
        raw_rows._file,
        raw_rows._row_number
    from {{ raw_table }} as raw_rows
    {%- if has_keys %}
    cross join key_forms
    {%- endif %}

),

shared_keys as (

    select {{ key_values | join(', ') }}
    from keyed_rows
    group by {{ key_values | join(', ') }}
    having {{ 'count(*) > 1' if key else 'min(_file) <> max(_file)' }}
    {%- if appends %}
    union
    select
        {%- for name in key_values %}
        keyed_rows.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from keyed_rows
    inner join {{ this }} as kept_rows
        on
            {%- for name, kept_key in kept_keys.items() %}
            {{ 'and ' if not loop.first }}keyed_rows.{{ name }} = {{ kept_key }}
            {%- endfor %}
    where {{ competes }}
    {%- endif %}

),

-- Joined by plain columns: with the expressions of the keys in the condition, which ask two tables,
-- an engine compares all pairs.
contested_keys as (

    select
        keyed_rows._file,
        keyed_rows._row_number
    from keyed_rows
    inner join shared_keys
        on
            {%- for name in key_values %}
            {{ 'and ' if not loop.first }}keyed_rows.{{ name }} = shared_keys.{{ name }}
            {%- endfor %}

),

{% set contested_raw_rows %}
    from {{ raw_table }} as raw_rows
    inner join contested_keys
        on
            raw_rows._file = contested_keys._file
            and raw_rows._row_number = contested_keys._row_number
{% endset -%}
{{ checked_rows('contested', columns, record_date, contested_raw_rows, numbers) | trim }}

{% set received %}
    partition by {{ key | join(', ') }}, row_version
    order by _loaded_at, _file, _row_number
{% endset -%}
{% if version -%}
{%- set content_of_columns = [] -%}
{%- for name in columns -%}
    {%- do content_of_columns.append("coalesce(cast(rows_of." ~ name ~ " as string), '')") -%}
{%- endfor -%}
{%- set row_content = 'md5(concat_ws(chr(31), ' ~ content_of_columns | join(', ') ~ '))' -%}
contested_contents as (

    select
        _file,
        _row_number,
        _loaded_at,
        {%- for name in key %}
        {{ name }},
        {%- endfor %}
        {{ version }} as row_version,
        {{ row_content | replace('rows_of.', 'contested_checked.') }} as row_content
    from contested_checked
    where contract_reasons is null
    {%- if appends %}
    union all
    select
        kept_rows._file,
        kept_rows._row_number,
        kept_rows._loaded_at,
        {%- for name in key %}
        kept_rows.{{ name }},
        {%- endfor %}
        kept_rows.{{ version }} as row_version,
        {{ row_content | replace('rows_of.', 'kept_rows.') }} as row_content
    from {{ this }} as kept_rows
    inner join shared_keys
        on
            {%- for name, kept_key in kept_keys.items() %}
            {{ 'and ' if not loop.first }}{{ kept_key }} = shared_keys.{{ name }}
            {%- endfor %}
    where {{ competes }}
    {%- endif %}

),

contested_repeats as (

    select
        *,
        case
            when row_content = lag(row_content) over ({{ received | trim }})
                then
                    case
                        when _file = lag(_file) over ({{ received | trim }}) then 'duplicate_key'
                        else 'repeated_row'
                    end
        end as duplicate_reason
    from contested_contents

),

contested_rows as (

    select
        *,
        duplicate_reason is null
        and row_number() over (
            partition by
                {%- for name in key %}
                {{ name }},
                {%- endfor %}
                row_version,
                case when duplicate_reason is null then 1 else 0 end
            order by _loaded_at desc, _file desc, _row_number desc
        ) = 1 as is_newest_of_version,
        min(row_version) over (partition by {{ key | join(', ') }}) as first_version
    from contested_repeats

),

contested_times as (

    select
        _file,
        _row_number,
        duplicate_reason,
        row_version = first_version as is_first_version,
        case
            when duplicate_reason is not null then null
            when not is_newest_of_version then row_version
            else
                lead(row_version) over (
                    partition by
                        {%- for name in key %}
                        {{ name }},
                        {%- endfor %}
                        is_newest_of_version
                    order by row_version
                )
        end as superseded_at
    from contested_rows

),

contested_outcomes as (

    select
        *,
        case
            when duplicate_reason is not null then 'rejected'
            when superseded_at is not null then 'superseded'
            else 'accepted'
        end as row_outcome
    from contested_times

),

{% elif key -%}
contested_rows as (

    select
        contested_checked._file,
        contested_checked._row_number,
        row_number() over (
            partition by
                {%- for name in key %}
                contested_checked.{{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            order by
                contested_checked._loaded_at, contested_checked._file, contested_checked._row_number
        )
        {%- if appends %}
        + case when kept_rows._file is not null then 1 else 0 end
        {%- endif %} as place
    from contested_checked
    {%- if appends %}
    left join {{ this }} as kept_rows
        on
            {%- for name, kept_key in kept_keys.items() %}
            {{ 'and ' if not loop.first }}
            {{- kept_key | replace('kept_rows', 'contested_checked') }} = {{ kept_key }}
            {%- endfor %}
            and {{ competes }}
    {%- endif %}
    where contested_checked.contract_reasons is null

),

contested_outcomes as (

    select
        _file,
        _row_number,
        case when place > 1 then 'duplicate_key' end as duplicate_reason,
        case when place > 1 then 'rejected' else 'accepted' end as row_outcome
    from contested_rows

),

{% else -%}
numbered_copies as (

    select
        *,
        row_number() over (
            partition by {{ columns | join(', ') }}, _file
            order by _loaded_at, _row_number
        ) as copy_number
    from contested_checked
    where contract_reasons is null

),

contested_outcomes as (

    select
        _file,
        _row_number,
        cast(null as string) as duplicate_reason,
        case
            when
                row_number() over (
                    partition by {{ columns | join(', ') }}, copy_number
                    order by _loaded_at, _file, _row_number
                ) > 1
                then 'repeated'
            else 'accepted'
        end as row_outcome
    from numbered_copies

),

{% endif -%}
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
        row_checked.value_reasons,
        {%- if rows_kept %}
        '{{ contract }}' as _contract,
        {%- endif %}
        {%- if ranked %}
        coalesce(
            row_checked.contract_reasons,
            contested_outcomes.duplicate_reason
        ) as rejection_reasons,
        case
            when row_checked.contract_reasons is not null then 'rejected'
            else coalesce(contested_outcomes.row_outcome, 'accepted')
        end as row_outcome
        {%- if version %},
        contested_outcomes.superseded_at,
        coalesce(contested_outcomes.is_first_version, true) as is_first_version
        {%- endif %}
        {%- else %}
        row_checked.contract_reasons as rejection_reasons,
        case
            when row_checked.contract_reasons is not null then 'rejected'
            else 'accepted'
        end as row_outcome
        {%- endif %}
    from row_checked
    {%- if ranked %}
    left join contested_outcomes
        on
            row_checked._file = contested_outcomes._file
            and row_checked._row_number = contested_outcomes._row_number
    {%- endif %}
    {%- if appends and version %}
    union all
    select
        {%- for name in columns %}
        kept_rows.{{ name }},
        {%- endfor %}
        kept_rows._file,
        kept_rows._row_number,
        kept_rows._loaded_at,
        kept_rows.record_date,
        kept_rows.value_reasons,
        kept_rows._contract,
        kept_rows.rejection_reasons,
        contested_outcomes.row_outcome,
        contested_outcomes.superseded_at,
        contested_outcomes.is_first_version
    from {{ this }} as kept_rows
    inner join contested_outcomes
        on
            kept_rows._file = contested_outcomes._file
            and kept_rows._row_number = contested_outcomes._row_number
    where
        kept_rows.superseded_at is distinct from contested_outcomes.superseded_at
        or kept_rows.is_first_version <> contested_outcomes.is_first_version
    {%- endif %}

)

select * from outcomes
{% endmacro %}
