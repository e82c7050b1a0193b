{{ config(enabled=var('probabilistic_matching', false)) }} -- nobody else reads it

with

records as (

    select
        record_id,
        record_node
    from {{ ref('int_identity__records') }}
    where record_type = 'contact' and not is_test

),

contact_people as (

    select
        record_node,
        first_name,
        last_name,
        birth_date
    from {{ ref('int_identity__contact_people') }}

),

addresses as (

    select
        {{ qualified_id('source_system', 'contact_key') }} as record_id,
        {{ normalise_name('street') }} as street_name,
        {{ regexp_replace_all('street', '[^0-9]+') }} as house_number,
        {{ upper_letters(regexp_replace_all('postcode', '[- .]')) }} as postcode,
        {{ normalise_name('city') }} as city
    from {{ ref('contacts') }}

),

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__components') }}

),

household_identifiers as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__household_identifiers') }}

),

-- A value that is blocked, a hub's or a family's says nothing of a person here either; one that is
-- merely written wrong does. So does an address that was divided since a name or birth date differs:
-- here it is weighed whether that is another person or a typing error.
identifiers as (

    select
        edges.record_node,
        edges.identifier_type,
        max(edges.identifier_value) as identifier_value
    from {{ ref('int_identity__edge_decisions') }} as edges
    left join household_identifiers
        on
            edges.identifier_type = household_identifiers.identifier_type
            and edges.identifier_value = household_identifiers.identifier_value
    where
        (edges.rejection_reason is null or edges.rejection_reason = 'invalid_value')
        and (
            edges.share is null
            or (edges.identifier_type = 'email' and household_identifiers.identifier_value is null)
        )
        and edges.identifier_type in ('email', 'phone', 'loyalty_card')
    group by edges.record_node, edges.identifier_type

),

matchable_contacts as (

    select
        records.record_node,
        components.component_id,
        contact_people.first_name,
        contact_people.last_name,
        cast(contact_people.birth_date as string) as birth_date,
        nullif(coalesce(addresses.street_name, '') || coalesce(addresses.house_number, ''), '')
            as street,
        nullif(addresses.postcode, '') as postcode,
        addresses.city,
        emails.identifier_value as email,
        phones.identifier_value as phone,
        cards.identifier_value as loyalty_card
    from records
    inner join addresses on records.record_id = addresses.record_id
    inner join contact_people on records.record_node = contact_people.record_node
    inner join components on records.record_node = components.node_id
    left join identifiers as emails
        on records.record_node = emails.record_node and emails.identifier_type = 'email'
    left join identifiers as phones
        on records.record_node = phones.record_node and phones.identifier_type = 'phone'
    left join identifiers as cards
        on records.record_node = cards.record_node and cards.identifier_type = 'loyalty_card'

)

select * from matchable_contacts
