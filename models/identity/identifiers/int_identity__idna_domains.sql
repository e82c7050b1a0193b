{#- Digits of a number in Punycode: the largest code point over the longest label takes no more. -#}
{%- set most_digits = 9 -%}
with

email_addresses as (

    select email_domain
    from {{ ref('int_identity__email_addresses') }}

),

-- Positions of letters in a label and of labels in a domain: a label has 63 letters at most.
positions as (

    select cast(generated_number as {{ dbt.type_int() }}) as place
    from ({{ dbt.generate_series(63) }}) as series

),

domains as (

    select distinct email_domain
    from email_addresses
    where {{ regexp_is_match('email_domain', '[^ -~]') }}

),

domain_labels as (

    select
        domains.email_domain,
        positions.place,
        split_part(domains.email_domain, '.', positions.place) as domain_label
    from domains
    inner join positions
        on
            positions.place
            <= length(domains.email_domain) - length(replace(domains.email_domain, '.', '')) + 1

),

labels as (

    select distinct domain_label
    from domain_labels
    where {{ regexp_is_match('domain_label', '[^ -~]') }} and length(domain_label) < 60

),

letters as (

    select
        labels.domain_label,
        positions.place,
        substr(labels.domain_label, positions.place, 1) as letter,
        ascii(substr(labels.domain_label, positions.place, 1)) as code_point
    from labels
    inner join positions on positions.place <= length(labels.domain_label)

),

-- Punycode (RFC 3492) writes the ASCII letters of a label first, then says step by step where each
-- other letter is inserted: the smallest code points first, from left to right.
ascii_letters as (

    select
        domain_label,
        count(case when code_point < 128 then 1 end) as letter_count,
        {{ joined_text("case when code_point < 128 then letter else '' end", 'place') }}
            as letters
    from letters
    group by domain_label

),

insertions as (

    select
        inserted.domain_label,
        inserted.place,
        inserted.code_point,
        row_number() over (
            partition by inserted.domain_label
            order by inserted.code_point, inserted.place
        ) as step,
        count(earlier.place) as letters_before
    from letters as inserted
    left join letters as earlier
        on
            inserted.domain_label = earlier.domain_label
            and inserted.place > earlier.place
            and inserted.code_point >= earlier.code_point
    where inserted.code_point >= 128
    group by inserted.domain_label, inserted.place, inserted.code_point

),

-- How many letters there are before a step, and what is left over of the step before: its letter,
-- and the place behind it.
steps as (

    select
        insertions.domain_label,
        insertions.step,
        insertions.code_point,
        insertions.letters_before,
        ascii_letters.letter_count + insertions.step as letter_count,
        lag(insertions.code_point, 1, 128) over (
            partition by insertions.domain_label
            order by insertions.step
        ) as code_point_before,
        lag(insertions.letters_before + 1, 1, 0) over (
            partition by insertions.domain_label
            order by insertions.step
        ) as place_before
    from insertions
    inner join ascii_letters on insertions.domain_label = ascii_letters.domain_label

),

-- A step as a number: how many places it skips, where each letter of Unicode has as many places as
-- the label has by then.
deltas as (

    select
        domain_label,
        step,
        cast(
            (code_point - code_point_before) * letter_count + letters_before - place_before
            as {{ dbt.type_bigint() }}
        ) as delta,
        letter_count
    from steps

),

damped as (

    select
        domain_label,
        step,
        delta,
        letter_count,
        -- Of the step before: the first one is damped harder.
        floor(
            lag(delta) over (
                partition by domain_label
                order by step
            ) / case when step = 2 then 700 else 2 end
        ) as damped_delta
    from deltas

),

scaled as (

    select
        domain_label,
        step,
        delta,
        damped_delta + floor(damped_delta / (letter_count - 1)) as scaled_delta
    from damped

),

halved as (

    select
        domain_label,
        step,
        delta,
        scaled_delta,
        case
            when scaled_delta < 456 then 0
            when scaled_delta < 456 * 35 then 1
            when scaled_delta < 456 * 35 * 35 then 2
            when scaled_delta < 456 * 35 * 35 * 35 then 3
            else 4
        end as halvings
    from scaled

),

biases as (

    select
        domain_label,
        step,
        delta,
        case
            when step = 1 then 72
            else
                36 * halvings
                + floor(
                    36 * floor(scaled_delta / power(35, halvings))
                    / (floor(scaled_delta / power(35, halvings)) + 38)
                )
        end as bias
    from halved

),

digits_0 as (

    select
        domain_label,
        step,
        bias,
        '' as digits,
        cast(delta as {{ dbt.type_bigint() }}) as rest
    from biases

),

-- Digits of base 36, the smallest first; each has a threshold of its own, below which it is the
-- last.
{% for place in range(1, most_digits + 1) %}
    thresholds_{{ place }} as (

        select
            domain_label,
            step,
            bias,
            digits,
            rest,
            cast(least(26, greatest(1, {{ 36 * place }} - bias)) as {{ dbt.type_bigint() }})
                as threshold
        from digits_{{ place - 1 }}

    ),

    digits_{{ place }} as (

        select
            domain_label,
            step,
            bias,
            case
                when rest is null then digits
                else
                    digits || substr(
                        'abcdefghijklmnopqrstuvwxyz0123456789',
                        cast(
                            case
                                when rest < threshold then rest
                                else threshold + mod(rest - threshold, 36 - threshold)
                            end as {{ dbt.type_int() }}
                        ) + 1,
                        1
                    )
            end as digits,
            case
                when rest >= threshold
                    then cast(
                        floor((rest - threshold) / (36 - threshold)) as {{ dbt.type_bigint() }}
                    )
            end as rest
        from thresholds_{{ place }}

    ),
{% endfor %}

encoded_labels as (

    select
        ascii_letters.domain_label,
        'xn--' || ascii_letters.letters
        || case when ascii_letters.letter_count > 0 then '-' else '' end
        || {{ joined_text('insertion.digits', 'insertion.step') }} as ascii_label
    from ascii_letters
    inner join digits_{{ most_digits }} as insertion
        on ascii_letters.domain_label = insertion.domain_label
    group by ascii_letters.domain_label, ascii_letters.letters, ascii_letters.letter_count

),

idna_domains as (

    select
        domain_labels.email_domain,
        {{ joined_text(
            "case when domain_labels.place > 1 then '.' else '' end"
            ~ " || coalesce(encoded_labels.ascii_label, domain_labels.domain_label)",
            'domain_labels.place'
        ) }} as ascii_domain
    from domain_labels
    left join encoded_labels on domain_labels.domain_label = encoded_labels.domain_label
    group by domain_labels.email_domain

)

select * from idna_domains
