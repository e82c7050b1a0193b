with

golden_records as (

    select
        customer_id,
        last_name,
        street,
        postcode,
        country
    from {{ ref('golden_records') }}

),

customers as (

    select
        customer_id,
        first_seen_at
    from {{ ref('int_identity__customers') }}

),

street_words as (

    select
        place,
        written,
        standard
    from {{ ref('street_words') }}

),

limits as (

    select limit_value
    from {{ ref('identity_limits') }}
    where limit_name = 'customers_per_household'

),

cleaned as (

    select
        customer_id,
        {{ plain_name('last_name') }} as last_name,
        nullif({{ street_words('street') }}, '') as street,
        {{ house_number('street') }} as house_number,
        nullif({{ regexp_replace_all(upper_letters('postcode'), '[^0-9A-Z]+') }}, '') as postcode,
        coalesce(country, '') as country
    from golden_records

),

written as (

    select
        cleaned.customer_id,
        customers.first_seen_at,
        {{ name_letters('cleaned.last_name') }} as last_name,
        cleaned.street,
        cleaned.house_number,
        cleaned.postcode,
        cleaned.country
    from cleaned
    inner join customers on cleaned.customer_id = customers.customer_id

),

streets as (

    select distinct street
    from written
    where street is not null

),

-- Hauptstr. is Hauptstraße. Of several endings that fit, the longest: straße before ße.
matched as (

    select
        streets.street,
        street_words.place,
        street_words.written,
        street_words.standard,
        row_number() over (
            partition by streets.street, street_words.place
            order by length(street_words.written) desc, street_words.written
        ) as match_rank
    from streets
    inner join street_words
        on
            case street_words.place
                when 'suffix' then streets.street like '%' || street_words.written
                when 'last_word' then streets.street like '% ' || street_words.written
                when 'first_word' then streets.street like street_words.written || ' %'
            end

),

endings as (

    select
        street,
        substr(street, 1, length(street) - length(written)) || standard as street_name
    from matched
    where place = 'suffix' and match_rank = 1
    union all
    select
        matched.street,
        substr(matched.street, 1, length(matched.street) - length(matched.written))
        || matched.standard as street_name
    from matched
    left join matched as suffixed
        on
            matched.street = suffixed.street
            and suffixed.place = 'suffix'
            and suffixed.match_rank = 1
    where
        matched.place = 'last_word' and matched.match_rank = 1 and suffixed.street is null

),

beginnings as (

    select
        street,
        written,
        standard
    from matched
    where place = 'first_word' and match_rank = 1

),

spelt_out as (

    select
        streets.street,
        case
            when beginnings.street is null then coalesce(endings.street_name, streets.street)
            else
                beginnings.standard
                || substr(
                    coalesce(endings.street_name, streets.street), length(beginnings.written) + 1
                )
        end as street_name
    from streets
    left join endings on streets.street = endings.street
    left join beginnings on streets.street = beginnings.street

),

plain as (

    select
        street,
        {{ plain_name('street_name') }} as street_name
    from spelt_out

),

standardised as (

    select
        street,
        {{ name_letters('street_name') }} as street_name
    from plain

),

-- A village street without a number is no address, and a number without a street neither.
addressed as (

    select
        written.customer_id,
        written.first_seen_at,
        written.last_name,
        case
            when
                standardised.street_name is not null
                and written.house_number is not null
                and written.postcode is not null
                then
                    written.country || '|' || written.postcode || '|'
                    || standardised.street_name || '|' || written.house_number
        end as address
    from written
    left join standardised on written.street = standardised.street

),

-- The oldest member gives the household its id: no address is in it, and it stays while others come
-- and go and when the household moves.
ranked as (

    select
        customer_id,
        address,
        last_name,
        row_number() over (
            partition by address, last_name order by first_seen_at, customer_id
        ) as age_rank,
        count(*) over (partition by address, last_name) as customer_count
    from addressed
    where address is not null and last_name is not null

),

households as (

    select
        ranked.address,
        ranked.last_name,
        ranked.customer_count,
        md5('household|' || ranked.customer_id) as household_id
    from ranked
    cross join limits
    where ranked.age_rank = 1 and ranked.customer_count <= limits.limit_value

),

described as (

    select
        addressed.customer_id,
        households.household_id,
        households.customer_count as household_size,
        case
            when addressed.address is null then 'no_address'
            when addressed.last_name is null then 'no_last_name'
            when households.household_id is null then 'too_many_customers'
        end as no_household_reason
    from addressed
    left join households
        on
            addressed.address = households.address
            and addressed.last_name = households.last_name

)

select * from described
