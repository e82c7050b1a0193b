{%- set contact_attributes = golden_attributes() -%}
{%- set order_attributes = ['email', 'phone', 'loyalty_card', 'country'] -%}
with

customer_records as (

    select
        record_type,
        record_id,
        record_node,
        customer_id,
        first_seen_at
    from {{ ref('int_identity__customer_records') }}
    where not is_test

),

record_identifiers as (

    select
        record_node,
        identifier_type,
        identifier_value,
        rejection_reason
    from {{ ref('int_identity__record_identifiers') }}

),

-- Values of earlier versions. A field that a contact emptied is removed; what a guest gave with an
-- order stays, since a later version of an order tells of its delivery.
earlier as (

    select
        periods.record_node,
        periods.identifier_type,
        periods.identifier_value,
        periods.replaced_at,
        customer_records.customer_id,
        customer_records.record_type
    from {{ ref('int_identity__identifier_periods') }} as periods
    inner join customer_records on periods.record_node = customer_records.record_node
    where
        not periods.is_current
        and (periods.replaced_at is not null or customer_records.record_type = 'contact')

),

present_identifiers as (

    select
        record_identifiers.record_node,
        record_identifiers.identifier_type,
        record_identifiers.identifier_value,
        record_identifiers.rejection_reason
    from record_identifiers
    left join earlier
        on
            record_identifiers.record_node = earlier.record_node
            and record_identifiers.identifier_type = earlier.identifier_type
            and record_identifiers.identifier_value = earlier.identifier_value
    where earlier.record_node is null

),

-- What is no address or number, or nobody's, is no attribute of a person either.
unusable as (

    select
        record_node,
        identifier_type as attribute_name
    from present_identifiers
    where rejection_reason is not null

),

-- An address that a contact has replaced does not come back through an older order.
given_up as (

    select distinct
        present_identifiers.record_node,
        present_identifiers.identifier_type as attribute_name
    from present_identifiers
    inner join customer_records
        on present_identifiers.record_node = customer_records.record_node
    inner join earlier
        on
            customer_records.customer_id = earlier.customer_id
            and present_identifiers.identifier_type = earlier.identifier_type
            and present_identifiers.identifier_value = earlier.identifier_value
    where
        customer_records.record_type = 'order'
        and earlier.record_type = 'contact'
        and customer_records.first_seen_at < earlier.replaced_at

),

placeholder_dates as (

    select placeholder_date
    from {{ ref('placeholder_dates') }}

),

conformed_contacts as (

    select
        source_system,
        first_name,
        last_name,
        birth_date,
        email,
        phone,
        loyalty_card,
        street,
        postcode,
        city,
        country,
        company,
        updated_at as observed_at,
        {{ qualified_id('source_system', 'contact_key') }} as record_id
    from {{ ref('contacts') }}

),

contacts as (

    select
        conformed_contacts.source_system,
        conformed_contacts.first_name,
        conformed_contacts.last_name,
        conformed_contacts.email,
        conformed_contacts.phone,
        conformed_contacts.loyalty_card,
        conformed_contacts.street,
        conformed_contacts.postcode,
        conformed_contacts.city,
        conformed_contacts.country,
        conformed_contacts.company,
        conformed_contacts.observed_at,
        conformed_contacts.record_id,
        case
            when placeholder_dates.placeholder_date is null then conformed_contacts.birth_date
        end as birth_date
    from conformed_contacts
    left join placeholder_dates
        on conformed_contacts.birth_date = placeholder_dates.placeholder_date

),

orders as (

    select
        source_system,
        email,
        phone,
        loyalty_card,
        country,
        ordered_at as observed_at,
        {{ qualified_id('source_system', 'order_key') }} as record_id
    from {{ ref('orders') }}

),

order_history as (

    select
        source_system,
        identifier_type as attribute_name,
        raw_value as attribute_value,
        first_seen_at as observed_at,
        {{ qualified_id('source_system', 'record_key') }} as record_id
    from {{ ref('identifier_history') }}
    where
        record_type = 'order'
        and identifier_type in ('email', 'phone', 'loyalty_card')
        and not is_current
        and replaced_at is null

),

attribute_values as (

    {% for attribute in contact_attributes %}
        select
            'contact' as record_type,
            record_id,
            source_system,
            observed_at,
            '{{ attribute }}' as attribute_name,
            cast({{ attribute }} as string) as attribute_value
        from contacts
        where {{ attribute }} is not null
        union all
    {% endfor %}
    {% for attribute in order_attributes %}
        select
            'order' as record_type,
            record_id,
            source_system,
            observed_at,
            '{{ attribute }}' as attribute_name,
            cast({{ attribute }} as string) as attribute_value
        from orders
        where {{ attribute }} is not null
        union all
    {% endfor %}
    select
        'order' as record_type,
        record_id,
        source_system,
        observed_at,
        attribute_name,
        attribute_value
    from order_history

),

owned as (

    select
        customer_records.customer_id,
        attribute_values.record_type,
        attribute_values.record_id,
        attribute_values.source_system,
        attribute_values.observed_at,
        attribute_values.attribute_name,
        attribute_values.attribute_value
    from attribute_values
    inner join customer_records
        on
            attribute_values.record_type = customer_records.record_type
            and attribute_values.record_id = customer_records.record_id
    left join unusable
        on
            customer_records.record_node = unusable.record_node
            and attribute_values.attribute_name = unusable.attribute_name
    left join given_up
        on
            customer_records.record_node = given_up.record_node
            and attribute_values.attribute_name = given_up.attribute_name
    where unusable.record_node is null and given_up.record_node is null

)

select * from owned
