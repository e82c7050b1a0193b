{%- set contact_attributes = golden_attributes() -%}
{%- set order_attributes = ['email', 'phone', 'loyalty_card', 'country'] -%}
with

customer_records as (

    select
        record_type,
        record_id,
        record_node,
        customer_id
    from {{ ref('int_identity__customer_records') }}
    where not is_test

),

-- What is no address or number, or nobody's, is no attribute of a person either.
unusable as (

    select
        record_node,
        identifier_type as attribute_name
    from {{ ref('int_identity__record_identifiers') }}
    where rejection_reason is not null

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
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

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
    where unusable.record_node is null

)

select * from owned
