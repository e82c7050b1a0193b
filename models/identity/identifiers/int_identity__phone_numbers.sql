with

raw_identifiers as (

    select
        country,
        identifier_type,
        raw_value
    from {{ ref('int_identity__raw_identifiers') }}

),

types as (

    select identifier_type
    from {{ ref('identifier_types') }}
    where normaliser = 'phone'

),

plans as (

    select
        country,
        calling_code,
        is_main_country,
        international_prefix,
        trunk_prefix,
        trunk_replacement,
        first_digits,
        national_digits,
        number_pattern,
        mobile_pattern
    from {{ ref('phone_countries') }}

),

written as (

    select distinct
        raw_identifiers.raw_value,
        coalesce(raw_identifiers.country, '') as country
    from raw_identifiers
    inner join types on raw_identifiers.identifier_type = types.identifier_type

),

-- Digits of other scripts and wide ones, as the small ones; words before the number are gone.
beginning as (

    select
        raw_value,
        country,
        {{ regexp_replace_all(
            "translate("
            ~ lower_letters(visible_text('raw_value'))
            ~ ", '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹＋（）－[]',"
            ~ " '012345678901234567890123456789+()-()')",
            '^[^0-9+]+'
        ) }} as phone_text
    from written

),

-- Without extension, and without the fraction that a column of numbers writes (4930123456.0).
ending as (

    select
        raw_value,
        country,
        case
            when {{ regexp_is_match('phone_text', '^[+]?[0-9]{7,}[.]0$') }}
                then {{ regexp_replace_all('phone_text', '[.]0$') }}
            else {{ regexp_replace_all(
                'phone_text',
                '[^0-9a-z]*(ext[a-z]*|x|#|int|anexo|app|dw|durchwahl|nebenstelle|доб)'
                ~ '[^0-9a-z]*[0-9]{1,9}[^0-9]*$'
            ) }}
        end as phone_text
    from beginning

),

-- One number and no more: behind the first digit only digits and what people put between them,
-- words at the end. Two numbers in one field, or the short form of a second one (123456/57), must
-- not become one long number of somebody else; nor must what a spreadsheet made of one
-- (4.91512E+12).
dialled as (

    select
        raw_value,
        country,
        phone_text like '+%' as has_plus,
        {{ phone_digits('phone_text') }} as digits,
        -- +49 (0)30 …: the zero in brackets is dialled inside the country only.
        {{ phone_digits("replace(phone_text, '(0)', '')") }} as digits_without_zero
    from ending
    where
        {{ regexp_is_match(
            'phone_text',
            "^[+]*[0-9 \u00a0\u2000-\u200a\u202f\u3000()./_·~''’‐-―−-]*[^0-9]*$"
        ) }}
        and not {{ regexp_is_match(
            'phone_text', '([0-9][^0-9]*){6}/ *[(]?0([^0-9]*[0-9]){6}'
        ) }}
        and not {{ regexp_is_match('phone_text', '([0-9][^0-9]*){2}[0-9]{4} ?/ ?[0-9]{1,3}$') }}

),

-- How much of the digits is the way out of the country. No calling code begins with a zero.
prefixed as (

    select
        dialled.raw_value,
        dialled.country,
        dialled.has_plus,
        dialled.digits,
        dialled.digits_without_zero,
        case
            when dialled.has_plus then 0
            else length(regexp_extract(
                dialled.digits, '^(?:' || coalesce(home.international_prefix, '00') || ')', 0
            ))
        end as prefix_length
    from dialled
    left join plans as home on dialled.country = home.country

),

international as (

    select
        prefixed.raw_value,
        prefixed.country,
        reached.country as plan_country,
        -- Where national numbers begin with a zero, as in Italy, one in brackets is part of them.
        substr(
            case
                when reached.first_digits like '%0%' then prefixed.digits
                else prefixed.digits_without_zero
            end,
            prefixed.prefix_length + length(reached.calling_code) + 1
        ) as national_digits
    from prefixed
    inner join plans as reached
        on
            reached.is_main_country
            and substr(prefixed.digits, prefixed.prefix_length + 1, 1)
            = substr(reached.calling_code, 1, 1)
            and {{ starts_with(
                'substr(prefixed.digits, prefixed.prefix_length + 1)', 'reached.calling_code'
            ) }}
    where prefixed.has_plus or prefixed.prefix_length > 0

),

-- The others are read as the record's country dials.
home_dialled as (

    select
        prefixed.raw_value,
        prefixed.country,
        prefixed.digits,
        case
            when {{ starts_with('prefixed.digits', 'home.calling_code') }}
                then substr(prefixed.digits, length(home.calling_code) + 1)
        end as digits_behind_code
    from prefixed
    inner join plans as home on prefixed.country = home.country
    where
        not prefixed.has_plus
        and (
            prefixed.prefix_length = 0
            or substr(prefixed.digits, prefixed.prefix_length + 1, 1) = '0'
        )

),

-- Digits that begin with the country's own calling code may lack a plus sign, or be a national
-- number that lost its trunk prefix.
home_read as (

    select
        home_dialled.raw_value,
        home_dialled.country,
        home_dialled.digits,
        home_dialled.digits_behind_code,
        case
            when home_dialled.digits_behind_code is null then true
            else {{ is_national_number('home_dialled.digits', 'home') }}
        end as can_be_national,
        (
            {{ is_national_number('home_dialled.digits_behind_code', 'home') }}
            or {{ is_national_number(
                strip_trunk_prefix('home_dialled.digits_behind_code', 'home'), 'home'
            ) }}
        ) as can_be_behind_code
    from home_dialled
    inner join plans as home on home_dialled.country = home.country

),

-- Where both can be, only a mobile number behind the code decides, against a fixed line: senders of
-- messages write mobile numbers without plus sign. Anything else would be a guess.
home_readings as (

    select
        home_read.raw_value,
        home_read.country,
        home_read.country as plan_country,
        case
            when home_read.digits_behind_code is null then home_read.digits
            when home_read.can_be_national and not home_read.can_be_behind_code
                then home_read.digits
            when home_read.can_be_behind_code and not home_read.can_be_national
                then home_read.digits_behind_code
            when
                home_read.can_be_behind_code
                and {{ matches_pattern('home_read.digits_behind_code', 'home.mobile_pattern') }}
                and not {{ matches_pattern('home_read.digits', 'home.mobile_pattern') }}
                then home_read.digits_behind_code
        end as national_digits
    from home_read
    inner join plans as home on home_read.country = home.country

),

readings as (

    select
        raw_value,
        country,
        plan_country,
        national_digits
    from international
    union all
    select
        raw_value,
        country,
        plan_country,
        national_digits
    from home_readings

),

stripped as (

    select
        readings.raw_value,
        readings.country,
        readings.plan_country,
        readings.national_digits,
        {{ strip_trunk_prefix('readings.national_digits', 'plans') }} as stripped_digits
    from readings
    inner join plans on readings.plan_country = plans.country

),

-- A number that is one as it stands keeps the digit that looks like a trunk prefix, unless it is
-- one without it as well.
national as (

    select
        stripped.raw_value,
        stripped.country,
        stripped.plan_country,
        case
            when stripped.national_digits = stripped.stripped_digits
                then stripped.national_digits
            when
                {{ is_national_number('stripped.national_digits', 'plans') }}
                and not {{ is_national_number('stripped.stripped_digits', 'plans') }}
                then stripped.national_digits
            else stripped.stripped_digits
        end as national_number
    from stripped
    inner join plans on stripped.plan_country = plans.country

),

phone_numbers as (

    select
        national.raw_value,
        national.country,
        '+' || plans.calling_code || national.national_number as phone_number
    from national
    inner join plans on national.plan_country = plans.country
    where {{ is_possible_number('national.national_number', 'plans') }}

)

select * from phone_numbers
