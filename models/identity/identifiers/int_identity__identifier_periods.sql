with

history as (

    select
        source_system,
        record_type,
        identifier_type,
        raw_value,
        country,
        is_current,
        first_seen_at,
        last_seen_at,
        replaced_at,
        {{ qualified_id('source_system', 'record_key') }} as record_id
    from {{ ref('identifier_history') }}

),

records as (

    select
        record_type,
        record_id,
        record_node
    from {{ ref('int_identity__records') }}

),

raw_periods as (

    select
        records.record_node,
        history.source_system,
        history.country,
        history.identifier_type,
        history.raw_value,
        history.is_current,
        history.first_seen_at,
        history.last_seen_at,
        history.replaced_at
    from history
    inner join records
        on history.record_type = records.record_type and history.record_id = records.record_id

),

cleaned as (

    {{ cleaned_identifiers(
        'raw_periods', ['is_current', 'first_seen_at', 'last_seen_at', 'replaced_at']
    ) | indent(4) }}

),

-- Two ways of writing are one value: replaced where the last of them was.
periods as (

    select
        record_node,
        identifier_type,
        identifier_value,
        max(case when is_current then 1 else 0 end) = 1 as is_current,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        case when count(replaced_at) = count(*) then max(replaced_at) end as replaced_at
    from cleaned
    group by record_node, identifier_type, identifier_value

)

select * from periods
