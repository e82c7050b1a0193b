{#-
    An e-mail address as its mailbox: without the dots and plus-tags that its provider ignores, at
    the domain that stands for the provider's others.

    Dots in a row, or at an end, are let pass: Japanese mobile providers gave such addresses out.
    Addresses at a host (`eva@firma`) or a number (`eva@[192.0.2.1]`) are none of the internet's.

    Arguments:
        local_part: SQL expression of type string, what is before the @, in lower case.
        domain: SQL expression of type string, the domain in ASCII.
        canonical_domain, ignores_dots, ignores_plus_tags: SQL expressions of the row of seed
            email_providers for the domain, null for others.
    Returns: SQL expression of type string; null where the address is none.
-#}
{% macro normalise_email(local_part, domain, canonical_domain, ignores_dots, ignores_plus_tags) -%}
    {%- set label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?' -%}
    case
        when
            {{ regexp_is_match(
                local_part, "^[a-z0-9!#$%&''*+/=?^_`{|}~.\u00a1-\U000effff-]{1,64}$"
            ) }}
            and not {{ regexp_is_match(
                local_part, '[\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
            ) }}
            and {{ regexp_is_match(
                domain, '^(' ~ label ~ '[.])+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$'
            ) }}
            and length({{ domain }}) <= 253
            then nullif(
                replace(
                    case
                        when {{ ignores_plus_tags }} then split_part({{ local_part }}, '+', 1)
                        else {{ local_part }}
                    end,
                    case when {{ ignores_dots }} then '.' else '@' end,
                    ''
                ),
                ''
            )
            || '@' || coalesce({{ canonical_domain }}, {{ domain }})
    end
{%- endmacro %}
