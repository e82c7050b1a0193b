with

contacts as (

    select
        {{ qualified_id('source_system', 'contact_key') }} as contact_id,
        nullif({{ plain_name('first_name') }}, '') as first_text,
        nullif({{ plain_name('last_name') }}, '') as last_text,
        birth_date
    from {{ ref('contacts') }}

),

name_variants as (

    select
        first_name,
        variant
    from {{ ref('name_variants') }}

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

given_names as (

    select first_name as given_name
    from name_variants
    union distinct
    select variant as given_name
    from name_variants

),

-- A whole name stands in one field: alone, in both, or beside a part of itself.
whole as (

    select
        *,
        case
            when coalesce(last_text, first_text) = first_text then first_text
            when first_text is null then last_text
            when last_text like '%,%' and replace(last_text, first_text, '') <> last_text
                then last_text
            when first_text like '% %' and replace(first_text, last_text, '') <> first_text
                then first_text
        end as whole_name
    from contacts

),

worded as (

    select
        *,
        {{ name_letters(regexp_replace_all('whole_name', ' .*$')) }} as first_word,
        {{ name_letters(regexp_replace_all('whole_name', '^.* ')) }} as last_word
    from whole

),

-- "Talheim, Nick" and "Nick Talheim", but "Anna Maria" alone are two first names, and "van Aken"
-- alone is a last name.
parted as (

    select
        worded.contact_id,
        worded.birth_date,
        case
            when worded.whole_name like '%,%' then split_part(worded.whole_name, ',', 2)
            when worded.whole_name like '% %'
                then
                    case
                        when worded.last_text <> worded.first_text
                            then replace(worded.first_text, worded.last_text, '')
                        when worded.first_text is null and beginning.given_name is not null
                            then {{ regexp_replace_all('worded.whole_name', ' .*$') }}
                        when worded.first_text is not null and ending.given_name is null
                            then {{ regexp_replace_all('worded.whole_name', ' [^ ]*$') }}
                        else worded.first_text
                    end
            else worded.first_text
        end as first_text,
        case
            when worded.whole_name like '%,%' then split_part(worded.whole_name, ',', 1)
            when worded.whole_name like '% %'
                then
                    case
                        when worded.last_text <> worded.first_text then worded.last_text
                        when worded.first_text is null and beginning.given_name is not null
                            then {{ regexp_replace_all('worded.whole_name', '^[^ ]* ') }}
                        when worded.first_text is not null and ending.given_name is null
                            then {{ regexp_replace_all('worded.whole_name', '^.* ') }}
                        else worded.last_text
                    end
            else worded.last_text
        end as last_text
    from worded
    left join given_names as beginning on worded.first_word = beginning.given_name
    left join given_names as ending on worded.last_word = ending.given_name

),

people as (

    select
        contact_id,
        birth_date,
        {{ name_letters('first_text') }} as first_name,
        {{ name_letters(regexp_replace_all(trim_spaces('first_text'), ' .*$')) }} as first_word,
        {{ name_letters('last_text') }} as last_name
    from parted

),

contact_people as (

    select
        records.record_node,
        people.contact_id,
        people.first_name,
        people.first_word,
        people.last_name,
        case when placeholder_dates.placeholder_date is null then people.birth_date end
            as birth_date
    from people
    inner join records on people.contact_id = records.record_id
    left join placeholder_dates on people.birth_date = placeholder_dates.placeholder_date

)

select * from contact_people
