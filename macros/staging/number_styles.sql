{#-
    Chained CTEs of `base_rows`, of which `number_styles` says how each file writes the numbers of
    each column: one row per file in which a number holds more than digits and one point. Other
    files, nearly all, cost one look for such a value (0.15 CPU seconds per million rows).

    A value that can be read in one way alone is evidence: 49,90 and 1.111,11 for decimal commas,
    49.90, 0.125 and 1,111.11 for points; 1.000 and 1,000 are none. Styles:
        comma, point    all evidence of the column, or where it has none that of the file, agrees.
        mixed_comma, mixed_point    most of it; 1.000 and 1,000 cannot be read, nor can the others.
        unknown         the column has no evidence, and the other columns of the file disagree.
        contradictory   both 1.111,11 and 1,111.11 are in the column: the file cannot be read.
    A file without evidence has none: 1.000 is 1.

    Arguments:
        raw_table: relation.
        columns: those whose values are numbers.
    Returns: the CTEs, with a comma at the end; nothing where there are no columns.
-#}
{% macro number_styles(raw_table, columns) %}
{%- if columns -%}
{%- set more_than_a_point = ',|[0-9][^0-9.;eE+-][0-9]|[.][0-9]*[.]' -%}
{%- set grouped = '^[0-9]{1,3}([.][0-9]{3})+,[0-9]+$|^[0-9]{1,3}([.][0-9]{3}){2,}$' -%}
{%- set plain = '^[0-9]*,([0-9]{1,2}|[0-9]{4,})$|^(0[0-9]*|[0-9]{4,}),[0-9]+$' -%}
{%- set patterns = {
    'commas': grouped ~ '|' ~ plain,
    'comma_groups': grouped,
    'points': (grouped ~ '|' ~ plain) | replace('[.]', '!') | replace(',[', '[.][')
        | replace(',(', '[.](') | replace('!', ','),
    'point_groups': grouped | replace('[.]', '!') | replace(',[', '[.][') | replace('!', ','),
} -%}
number_files as (

    select distinct raw_rows._file
    from {{ raw_table }} as raw_rows
    where
        {{ regexp_is_match(
            "concat_ws(';', raw_rows." ~ columns | join(', raw_rows.') ~ ')', more_than_a_point
        ) }}

),

number_texts as (

    select
        {%- for name in columns %}
        {{ regexp_replace_all('raw_rows.' ~ name, '[^0-9.,]') }} as {{ name }},
        {%- endfor %}
        raw_rows._file
    from {{ raw_table }} as raw_rows
    inner join number_files
        on raw_rows._file = number_files._file

),

number_evidence as (

    select
        {%- for name in columns %}
        {%- for kind, pattern in patterns.items() %}
        count(case when {{ regexp_is_match(name, pattern) }} then 1 end) as {{ name }}_{{ kind }},
        {%- endfor %}
        {%- endfor %}
        _file
    from number_texts
    group by _file

),

number_columns as (

    select
        {%- for name in columns %}
        case
            when {{ name }}_comma_groups > 0 and {{ name }}_point_groups > 0 then 'contradictory'
            when {{ name }}_commas > {{ name }}_points and {{ name }}_points > 0 then 'mixed_comma'
            when {{ name }}_commas > {{ name }}_points then 'comma'
            when {{ name }}_commas > 0 then 'mixed_point'
            when {{ name }}_points > 0 then 'point'
        end as {{ name }}_style,
        {%- endfor %}
        {{ columns | join('_commas + ') }}_commas as file_commas,
        {{ columns | join('_points + ') }}_points as file_points,
        _file
    from number_evidence

),

number_styles as (

    select
        {%- for name in columns %}
        case
            when {{ name }}_style is not null then {{ name }}_style
            when file_commas > 0 and file_points > 0 then 'unknown'
            when file_commas > 0 then 'comma'
            when file_points > 0 then 'point'
        end as {{ name }}_style,
        {%- endfor %}
        _file
    from number_columns

),

{% endif -%}
{%- endmacro %}
