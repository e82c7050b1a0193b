with

contacts as (

    select
        {{ qualified_id('source_system', 'contact_key') }} as contact_id,
        {{ normalise_name('first_name') }} as first_name,
        {{ normalise_name('last_name') }} as last_name,
        birth_date
    from {{ ref('contacts') }}

),

placeholder_dates as (

    select placeholder_date
    from {{ ref('placeholder_dates') }}

),

records as (

    select
        record_id,
        record_node
    from {{ ref('int_identity__records') }}
    where record_type = 'contact'

),

contact_people as (

    select
        records.record_node,
        contacts.contact_id,
        contacts.first_name,
        contacts.last_name,
        case when placeholder_dates.placeholder_date is null then contacts.birth_date end
            as birth_date
    from contacts
    inner join records on contacts.contact_id = records.record_id
    left join placeholder_dates on contacts.birth_date = placeholder_dates.placeholder_date

)

select * from contact_people
