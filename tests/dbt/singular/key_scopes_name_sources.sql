-- A row is a source system of seed key_scopes that this project does not have, or that takes its
-- keys from a source whose own keys are another's.
{%- set known = var('sources').keys() | list -%}
{%- if execute -%}
    {%- for source in graph.sources.values() -%}
        {%- do known.append(source.source_name) -%}
    {%- endfor -%}
{%- endif %}
with

key_scopes as (

    select
        source_system,
        key_name,
        key_source_system
    from {{ ref('key_scopes') }}

),

named as (

    select source_system
    from key_scopes
    union all
    select key_source_system as source_system
    from key_scopes

),

unknown as (

    select source_system
    from named
    where
        source_system not in (
            {%- for source in known | unique %}
                '{{ source }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )

),

chained as (

    select given.source_system
    from key_scopes as given
    inner join key_scopes as taken
        on
            given.key_source_system = taken.source_system
            and case when given.key_name = 'user_key' then 'contact_key' else given.key_name end
            = taken.key_name
    where given.key_source_system <> given.source_system

),

faults as (

    select source_system
    from unknown
    union all
    select source_system
    from chained

)

select * from faults
