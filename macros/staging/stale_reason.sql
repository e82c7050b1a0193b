{#-
    Why rows cannot be appended to a `base_` table, so that it is written anew: what it holds no longer
    is what its raw table and its contract would give.

    - Its contract, or how its source writes keys, is another one (column `_contract`).
    - Rows that it has seen are gone from the raw table: a file was unloaded, or rows were erased. One of
      them may be why a later row was rejected.
    - A new file was loaded no later than one that it has seen: of two rows with one key the first counts.

    Arguments:
        relation: the table.
        raw_table: relation of the raw rows.
        contract: digest of what the table's rows are made by.
    Returns: the reason in words; none where rows can be appended.
-#}
{% macro stale_reason(relation, raw_table, contract) %}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') -%}
    {%- if '_contract' not in columns | list -%}
        {{- return('an earlier release built it') -}}
    {%- endif -%}
    {%- set found -%}
        with

        seen_files as (

            select
                _file,
                _loaded_at,
                count(*) as row_count,
                min(_contract) as first_contract,
                max(_contract) as last_contract
            from {{ relation }}
            group by
                _file,
                _loaded_at

        ),

        raw_files as (

            select
                _file,
                _loaded_at,
                count(*) as row_count
            from {{ raw_table }}
            group by
                _file,
                _loaded_at

        )

        select
            count(
                case
                    when
                        seen_files.first_contract <> '{{ contract }}'
                        or seen_files.last_contract <> '{{ contract }}'
                        then 1
                end
            ) as files_of_another_contract,
            count(
                case
                    when
                        seen_files._file is not null
                        and (raw_files._file is null or raw_files.row_count <> seen_files.row_count)
                        then 1
                end
            ) as files_that_lost_rows,
            min(case when seen_files._file is null then raw_files._loaded_at end)
            <= max(seen_files._loaded_at) as comes_too_late
        from seen_files
        full join raw_files
            on
                seen_files._file = raw_files._file
                and seen_files._loaded_at = raw_files._loaded_at
    {%- endset -%}
    {%- set row = run_query(found).rows[0] -%}
    {%- if row[0] -%}
        {{- return('its contract, or the form of the keys, has changed') -}}
    {%- elif row[1] -%}
        {{- return('raw rows that it was made of have gone') -}}
    {%- elif row[2] -%}
        {{- return('a new file has an older load time than one before it') -}}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}
