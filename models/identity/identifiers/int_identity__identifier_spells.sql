with

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is null

),

records as (

    select
        record_node,
        first_seen_at,
        last_seen_at
    from {{ ref('int_identity__records') }}

),

identifier_usage as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__identifier_usage') }}
    where record_count > 1 and hub_reason is null

),

periods as (

    select
        record_node,
        identifier_type,
        identifier_value,
        first_seen_at,
        last_seen_at
    from {{ ref('int_identity__identifier_periods') }}

),

types as (

    select
        identifier_type,
        window_days
    from {{ ref('identifier_types') }}
    where is_personal and window_days is not null

),

claims as (

    select
        {{ trim_spaces('anonymous_id') }} as anonymous_id,
        min(claimed_from) as claimed_from
    from {{ ref('int_identity__device_claims') }}
    group by {{ trim_spaces('anonymous_id') }}

),

-- A contact that changed its number had each of them for a time of its own.
observed as (

    select
        record_identifiers.record_node,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value,
        types.window_days,
        coalesce(periods.first_seen_at, records.first_seen_at) as first_seen_at,
        coalesce(periods.last_seen_at, records.last_seen_at) as last_seen_at
    from record_identifiers
    inner join types on record_identifiers.identifier_type = types.identifier_type
    inner join identifier_usage
        on
            record_identifiers.identifier_type = identifier_usage.identifier_type
            and record_identifiers.identifier_value = identifier_usage.identifier_value
    inner join records on record_identifiers.record_node = records.record_node
    left join periods
        on
            record_identifiers.record_node = periods.record_node
            and record_identifiers.identifier_type = periods.identifier_type
            and record_identifiers.identifier_value = periods.identifier_value

),

dated as (

    select
        record_node,
        identifier_type,
        identifier_value,
        window_days,
        first_seen_at,
        max(last_seen_at) over (
            partition by identifier_type, identifier_value
            order by first_seen_at, record_node
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from observed

),

-- Unseen for longer than the window, a number has gone to somebody else.
counted as (

    select
        record_node,
        identifier_type,
        identifier_value,
        sum(
            case
                when
                    {{ dbt.datediff('seen_until', 'first_seen_at', 'day') }}
                    > window_days
                    then 1
                else 0
            end
        ) over (
            partition by identifier_type, identifier_value
            order by first_seen_at, record_node
            rows between unbounded preceding and current row
        ) as earlier_spells
    from dated

),

spells as (

    select
        record_node,
        identifier_type,
        identifier_value,
        'spell ' || cast(earlier_spells + 1 as string) as spell
    from counted
    where earlier_spells > 0
    union all
    -- A device before the time that its first user has a claim to.
    select
        record_identifiers.record_node,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value,
        'unclaimed' as spell
    from record_identifiers
    inner join claims on record_identifiers.identifier_value = claims.anonymous_id
    inner join records on record_identifiers.record_node = records.record_node
    where
        record_identifiers.identifier_type = 'anonymous_id'
        and records.last_seen_at < claims.claimed_from

)

select * from spells
