{%- set contact_attributes = golden_attributes() -%}
{%- set order_attributes = ['email', 'phone', 'loyalty_card', 'country'] -%}
with

customer_records as (

    select
        record_type,
        record_id,
        customer_id
    from {{ ref('int_identity__customer_records') }}
    where not is_test

),

contacts as (

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

)

select * from owned
