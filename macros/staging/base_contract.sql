{#-
    Digest of all that the rows of an appended `base_` table are made by, but the raw rows: the SQL that
    types and checks them, which the contract, the vars and the macros give, the content of the seeds
    that it asks, and the forms of the keys.

    Arguments: as in `base_rows`; numbers: the columns that are numbers.
    Returns: text of 32 letters and digits.
-#}
{% macro base_contract(columns, record_date, key, version, numbers, key_forms) %}
    {%- set parts = [
        number_styles('raw_rows', numbers),
        checked_rows('row', columns, record_date, 'from raw_rows', numbers),
        key | join('|'),
        version or '',
    ] -%}
    {#- Unit tests see no graph. -#}
    {%- if execute and graph.get('sources') -%}
        {#- Nor is it there where a model is only compiled, on an empty warehouse. -#}
        {%- set forms = load_relation(ref(key_forms)) if key_forms else none -%}
        {%- if forms -%}
            {%- do parts.append(run_query('select * from ' ~ forms).rows[0].values() | join('|')) -%}
        {%- endif -%}
        {%- for seed in graph.nodes.values() if seed.resource_type == 'seed' -%}
            {%- if seed.relation_name in parts[1] -%}
                {%- do parts.append(seed.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(local_md5(parts | join('\n'))) -}}
{% endmacro %}
