{#-
    A row is a key that names no record of the other feed, with the number of rows that bear it. Only
    source systems that give the other feed at all are held to it; seed `key_scopes` says whose keys a
    source uses.

    Arguments:
        column_name: column of the model that names a record; empty is no fault.
        to: relation of the other feed.
        key: its column.
-#}
{% test key_is_known(model, column_name, to, key) %}
with known_keys as (

    select distinct
        source_system,
        {{ key }} as known_key
    from {{ to }}

),

givers as (

    select distinct source_system
    from known_keys

),

used_keys as (

    select
        coalesce(key_scopes.key_source_system, used_rows.source_system) as source_system,
        used_rows.{{ column_name }} as used_key,
        count(*) as row_count
    from {{ model }} as used_rows
    left join {{ ref('key_scopes') }} as key_scopes
        on
            used_rows.source_system = key_scopes.source_system
            and key_scopes.key_name = '{{ column_name }}'
    where used_rows.{{ column_name }} is not null
    group by
        coalesce(key_scopes.key_source_system, used_rows.source_system),
        used_rows.{{ column_name }}

),

unknown_keys as (

    select
        used_keys.source_system,
        used_keys.used_key,
        used_keys.row_count
    from used_keys
    inner join givers
        on used_keys.source_system = givers.source_system
    left join known_keys
        on
            used_keys.source_system = known_keys.source_system
            and used_keys.used_key = known_keys.known_key
    where known_keys.known_key is null

)

select * from unknown_keys
{% endtest %}
