{#-
    `key_forms` over all feeds of a source that var `sources` names, from what `file_days` found in each
    file.

    Arguments:
        source_name: as in the source's YAML.
        file_days: name of the model of `file_days`.
    Returns: a select statement.
-#}
{% macro source_key_forms(source_name, file_days) -%}
select
    '{{ source_name }}' as source_system
    {%- for kind in source_key_kinds(source_name) %},
    not coalesce(bool_or({{ kind }}_has_decimals), false) as {{ kind }}_is_whole
    {%- endfor %}
from {{ ref(file_days) }}
{%- endmacro %}
