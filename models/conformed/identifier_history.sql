{#-
    Only records that changed an identifier are here: most versions of an order change its status.
    Var `feeds_with_versions` says whose staging keeps superseded versions; a source without them has
    no history. Versions that are later than the day of the run are none, as in staging.
-#}
{% set kinds = [
    {
        'record_type': 'contact',
        'feed': 'contacts',
        'key': 'contact_key',
        'began_at': 'created_at',
        'identifiers': ['email', 'phone', 'loyalty_card'],
    },
    {
        'record_type': 'order',
        'feed': 'orders',
        'key': 'order_key',
        'began_at': 'ordered_at',
        'identifiers': ['email', 'phone', 'loyalty_card', 'anonymous_id', 'contact_key'],
    },
] %}
{% set identifiers = kinds[1].identifiers %}
{% set givers = [] %}
{% for source, feeds in var('feeds_with_versions', {}).items() %}
    {% for kind in kinds if kind.feed in feeds and kind.feed in var('sources').get(source, []) %}
        {% do givers.append((source, kind)) %}
    {% endfor %}
{% endfor %}
{% set limit = as_of_limit() %}
with

newest as (

    {% for kind in kinds %}
        select
            source_system,
            '{{ kind.record_type }}' as record_type,
            {{ kind.key }} as record_key,
            {{ kind.began_at }} as began_at,
            updated_at as version_at,
            country
            {%- for identifier in identifiers %},
            {{ identifier if identifier in kind.identifiers else 'cast(null as string)' }}
                as new_{{ identifier }}
            {%- endfor %}
        from {{ ref(kind.feed) }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

superseded as (

    {% for source, kind in givers %}
        select
            '{{ source }}' as source_system,
            '{{ kind.record_type }}' as record_type,
            {{ kind.key }} as record_key,
            {{ kind.began_at }} as began_at,
            updated_at as version_at,
            country
            {%- for identifier in identifiers %},
            {{ identifier if identifier in kind.identifiers else 'cast(null as string)' }}
                as old_{{ identifier }}
            {%- endfor %}
        from {{ ref('stg_' ~ source ~ '__' ~ kind.feed ~ '__superseded') }}
        {% if limit %}
            where updated_at < {{ limit }}
        {% endif %}
        {% if not loop.last %}
            union all
        {% endif %}
    {% else %}
        select
            source_system,
            record_type,
            record_key,
            began_at,
            version_at,
            country
            {%- for identifier in identifiers %},
            new_{{ identifier }} as old_{{ identifier }}
            {%- endfor %}
        from newest
        where 1 = 0
    {% endfor %}

),

-- A local number is another number in another country.
changed as (

    select distinct
        superseded.source_system,
        superseded.record_type,
        superseded.record_key
    from superseded
    inner join newest
        on
            superseded.source_system = newest.source_system
            and superseded.record_type = newest.record_type
            and superseded.record_key = newest.record_key
    where
        superseded.version_at <= newest.version_at
        and (
            {% for identifier in identifiers %}
                {{ 'or ' if not loop.first }}superseded.old_{{ identifier }}
                <> coalesce(newest.new_{{ identifier }}, '')
            {% endfor %}
            or (
                superseded.old_phone is not null
                and coalesce(superseded.country, '') <> coalesce(newest.country, '')
            )
        )

),

versions as (

    {% for relation, prefix in [('superseded', 'old'), ('newest', 'new')] %}
        select
            {{ relation }}.source_system,
            {{ relation }}.record_type,
            {{ relation }}.record_key,
            {{ relation }}.began_at,
            {{ relation }}.version_at,
            {{ relation }}.country,
            {{ loop.index0 }} as is_newest
            {%- for identifier in identifiers %},
            {{ relation }}.{{ prefix }}_{{ identifier }} as {{ identifier }}
            {%- endfor %}
        from {{ relation }}
        inner join changed
            on
                {{ relation }}.source_system = changed.source_system
                and {{ relation }}.record_type = changed.record_type
                and {{ relation }}.record_key = changed.record_key
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

carried as (

    {% for identifier in identifiers %}
        select
            source_system,
            record_type,
            record_key,
            began_at,
            version_at,
            is_newest,
            '{{ identifier }}' as identifier_type,
            {{ identifier }} as raw_value,
            {{ 'country' if identifier == 'phone' else 'cast(null as string)' }} as country
        from versions
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

{% set record %}source_system, record_type, record_key, identifier_type{% endset %}
{% set in_time %}
    partition by {{ record }}
    order by version_at, is_newest, raw_value, country
{% endset %}
numbered as (

    select
        source_system,
        record_type,
        record_key,
        identifier_type,
        raw_value,
        country,
        began_at,
        version_at,
        is_newest,
        row_number() over ({{ in_time }}) as version_number,
        lead(version_at) over ({{ in_time }}) as next_version_at
    from carried

),

-- An emptied field says nothing: only another value takes the place of one.
stated as (

    select
        source_system,
        record_type,
        record_key,
        identifier_type,
        raw_value,
        country,
        began_at,
        version_at,
        is_newest,
        version_number,
        next_version_at,
        lead(version_at) over ({{ in_time }}) as next_stated_at
    from numbered
    where raw_value is not null

),

history as (

    select
        source_system,
        record_type,
        record_key,
        identifier_type,
        raw_value,
        country,
        max(is_newest) = 1 as is_current,
        min(
            case when record_type = 'order' or version_number = 1 then began_at else version_at end
        ) as first_seen_at,
        max(
            case when record_type = 'order' then began_at else coalesce(next_version_at, version_at) end
        ) as last_seen_at,
        case when count(next_stated_at) = count(*) then max(next_stated_at) end as replaced_at
    from stated
    group by source_system, record_type, record_key, identifier_type, raw_value, country

)

select
    source_system,
    record_type,
    record_key,
    identifier_type,
    raw_value,
    country,
    is_current,
    first_seen_at,
    last_seen_at,
    replaced_at
from history
