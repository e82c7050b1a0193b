{#- Feeds that name contacts: the key, and the time that tells whether a row is recent. -#}
{%- set feeds = {
    'orders': ('contact_key', 'ordered_at'),
    'events': ('user_key', 'occurred_at'),
    'messages': ('contact_key', 'occurred_at'),
    'feedback': ('contact_key', 'submitted_at'),
    'consents': ('contact_key', 'changed_at'),
} -%}
with

rules as (

    select
        check_id,
        feed,
        minimum_sample,
        window_days
    from {{ ref('collection_checks') }}
    where check_id = 'K3'

),

enabled_feeds as (

    select
        source_system,
        feed
    from {{ ref('quality_enabled_feeds') }}

),

as_of as (

    select
        as_of_date,
        as_of_end
    from {{ ref('as_of') }}

),

key_scopes as (

    select
        source_system,
        key_name,
        key_source_system
    from {{ ref('key_scopes') }}

),

contacts as (

    select
        source_system,
        contact_key
    from {{ ref('contacts') }}

),

subjects as (

    select
        rules.check_id,
        enabled_feeds.source_system,
        enabled_feeds.feed,
        as_of.as_of_date,
        rules.minimum_sample,
        rules.window_days,
        {{ dbt.dateadd('day', '-rules.window_days', 'as_of.as_of_end') }} as window_from
    from rules
    inner join enabled_feeds
        on rules.feed = enabled_feeds.feed
    cross join as_of

),

used_keys as (

    {%- for feed, (key_name, happened_at) in feeds.items() %}
        select distinct
            used_rows.source_system,
            '{{ feed }}' as feed,
            '{{ key_name }}' as key_name,
            used_rows.{{ key_name }} as used_key
        from {{ ref(feed) }} as used_rows
        inner join subjects
            on
                used_rows.source_system = subjects.source_system
                and subjects.feed = '{{ feed }}'
                and used_rows.{{ happened_at }} >= subjects.window_from
        where used_rows.{{ key_name }} is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

scoped_keys as (

    select
        used_keys.source_system,
        used_keys.feed,
        used_keys.used_key,
        coalesce(key_scopes.key_source_system, used_keys.source_system) as key_source_system
    from used_keys
    left join key_scopes
        on
            used_keys.source_system = key_scopes.source_system
            and used_keys.key_name = key_scopes.key_name

),

counted_keys as (

    select
        scoped_keys.source_system,
        scoped_keys.feed,
        max(scoped_keys.key_source_system) as key_source_system,
        count(*) as key_count,
        sum(case when contacts.contact_key is null then 1 else 0 end) as unknown_count
    from scoped_keys
    left join contacts
        on
            scoped_keys.key_source_system = contacts.source_system
            and scoped_keys.used_key = contacts.contact_key
    group by scoped_keys.source_system, scoped_keys.feed

),

contact_counts as (

    select count(*) as contact_count
    from contacts

),

counted as (

    select
        subjects.check_id,
        subjects.source_system,
        subjects.feed,
        subjects.as_of_date,
        subjects.minimum_sample,
        subjects.window_days,
        contact_counts.contact_count,
        cast(coalesce(counted_keys.key_count, 0) as bigint) as sample_size,
        cast(coalesce(counted_keys.unknown_count, 0) as bigint) as unknown_count,
        coalesce(counted_keys.key_source_system, subjects.source_system) as key_source_system
    from subjects
    cross join contact_counts
    left join counted_keys
        on
            subjects.source_system = counted_keys.source_system
            and subjects.feed = counted_keys.feed

),

judged as (

    select
        *,
        case
            when contact_count = 0 then 'no source gives contact records'
            when sample_size < minimum_sample
                then
                    'only ' || {{ grouped_number('sample_size') }} || ' contact keys in '
                    || {{ grouped_number('window_days') }} || ' days, '
                    || {{ grouped_number('minimum_sample') }} || ' needed'
        end as not_evaluated_reason
    from counted

),

unknown_contacts as (

    select
        check_id,
        source_system,
        feed,
        '' as subject,
        as_of_date,
        case
            when not_evaluated_reason is null
                then cast(unknown_count as double) / nullif(sample_size, 0)
        end as statistic,
        cast(unknown_count as double) as effect,
        sample_size,
        cast(null as double) as baseline,
        cast(unknown_count as double) as observed,
        not_evaluated_reason,
        {{ grouped_number('unknown_count') }} || ' of ' || {{ grouped_number('sample_size') }}
        || ' contact keys of ' || {{ grouped_number('window_days') }}
        || ' days are those of no contact record of ' || key_source_system as detail
    from judged

)

select * from unknown_contacts
