{#-
    Digest of all that the rows of an appended `base_` table are made by, but the raw rows: the SQL that
    types and checks them, which the contract, the vars and the macros give, and the forms of the keys.

    Arguments: as in `base_rows`; numbers: the columns that are numbers.
    Returns: text of 32 letters and digits.
-#}
{% macro base_contract(columns, record_date, key, numbers, key_forms) %}
    {%- set forms = '' -%}
    {%- if key_forms and execute and graph.get('sources') -%}
        {%- set forms = run_query('select * from ' ~ ref(key_forms)).rows[0].values() | join('|') -%}
    {%- endif -%}
    {{- return(local_md5([
        number_styles('raw_rows', numbers),
        checked_rows('row', columns, record_date, 'from raw_rows', numbers),
        key | join('|'),
        forms,
    ] | join('\n'))) -}}
{% endmacro %}
