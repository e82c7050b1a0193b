with

attribute_values as (

    select
        customer_id,
        record_type,
        record_id,
        source_system,
        observed_at,
        attribute_name,
        attribute_value
    from {{ ref('int_identity__attribute_values') }}

),

rules as (

    select
        attribute_name,
        attribute_group,
        rule
    from {{ ref('survivorship_rules') }}

),

source_priorities as (

    select
        source_system,
        priority
    from {{ ref('source_priorities') }}

),

-- Who granted a consent for an address has answered from it: it is theirs.
verified_addresses as (

    select distinct {{ lower_letters('address') }} as address
    from {{ ref('consents') }}
    where state = 'granted' and address is not null

),

weighed as (

    select
        attribute_values.customer_id,
        attribute_values.record_type,
        attribute_values.record_id,
        attribute_values.source_system,
        attribute_values.observed_at,
        attribute_values.attribute_name,
        attribute_values.attribute_value,
        rules.attribute_group,
        rules.rule,
        coalesce(source_priorities.priority, 1000000) as source_priority,
        verified_addresses.address is not null as is_verified,
        count(*) over (
            partition by
                attribute_values.customer_id,
                attribute_values.attribute_name,
                {{ lower_letters('attribute_values.attribute_value') }}
        ) as record_count
    from attribute_values
    inner join rules on attribute_values.attribute_name = rules.attribute_name
    left join source_priorities
        on attribute_values.source_system = source_priorities.source_system
    left join verified_addresses
        on {{ lower_letters('attribute_values.attribute_value') }} = verified_addresses.address

),

-- The attributes of a group survive together: the street of one address and the city of another
-- are no address.
candidates as (

    select
        customer_id,
        attribute_group,
        record_type,
        record_id,
        observed_at,
        min(rule) as survival_rule,
        min(source_priority) as source_priority,
        max(case when is_verified then 1 else 0 end) as is_verified,
        sum(record_count) as record_count,
        count(*) as attribute_count,
        sum(length(attribute_value)) as letter_count
    from weighed
    group by customer_id, attribute_group, record_type, record_id, observed_at

),

ranked as (

    select
        customer_id,
        attribute_group,
        record_type,
        record_id,
        row_number() over (
            partition by customer_id, attribute_group
            order by
                -- What people say of themselves comes before what a guest order says.
                case when record_type = 'contact' then 0 else 1 end,
                case survival_rule
                    when 'source_priority' then source_priority
                    when 'verified_first' then 1 - is_verified
                    when 'most_frequent' then -record_count
                    when 'most_complete' then -attribute_count
                    when 'longest' then -letter_count
                    else 0
                end,
                observed_at desc,
                record_id desc
        ) as survival_rank
    from candidates

),

surviving as (

    select
        weighed.customer_id,
        weighed.attribute_name,
        weighed.attribute_value,
        weighed.source_system,
        weighed.record_type,
        weighed.record_id,
        weighed.observed_at,
        weighed.rule
    from weighed
    inner join ranked
        on
            weighed.customer_id = ranked.customer_id
            and weighed.attribute_group = ranked.attribute_group
            and weighed.record_type = ranked.record_type
            and weighed.record_id = ranked.record_id
            and ranked.survival_rank = 1

)

select * from surviving
