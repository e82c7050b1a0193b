{#-
    An e-mail address as its mailbox: lower case, and the dots and plus-tags gone that its provider
    ignores. Domains in other scripts are left as they are written (no IDNA in SQL).

    Arguments:
        address: SQL expression of type string, trimmed and in lower case.
        canonical_domain, ignores_dots, ignores_plus_tags: SQL expressions of the row of seed
            email_providers for the address's domain, null for others.
    Returns: SQL expression of type string; null where the address is none.
-#}
{% macro normalise_email(address, canonical_domain, ignores_dots, ignores_plus_tags) -%}
    case
        when {{ regexp_is_match(address, '^[^@ ,;<>]+@[^@ ,;<>]+[.][^@ .,;<>]+$') }}
            then nullif(
                replace(
                    case
                        when {{ ignores_plus_tags }}
                            then split_part(split_part({{ address }}, '@', 1), '+', 1)
                        else split_part({{ address }}, '@', 1)
                    end,
                    case when {{ ignores_dots }} then '.' else '@' end,
                    ''
                ),
                ''
            )
            || '@' || coalesce({{ canonical_domain }}, split_part({{ address }}, '@', 2))
    end
{%- endmacro %}
