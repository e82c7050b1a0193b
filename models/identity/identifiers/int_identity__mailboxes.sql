with

email_addresses as (

    select
        raw_value,
        local_part,
        email_domain
    from {{ ref('int_identity__email_addresses') }}

),

idna_domains as (

    select
        email_domain,
        ascii_domain
    from {{ ref('int_identity__idna_domains') }}

),

providers as (

    select
        domain,
        canonical_domain,
        ignores_dots,
        ignores_plus_tags
    from {{ ref('email_providers') }}

),

addresses as (

    select
        email_addresses.raw_value,
        email_addresses.local_part,
        coalesce(idna_domains.ascii_domain, email_addresses.email_domain) as email_domain
    from email_addresses
    left join idna_domains on email_addresses.email_domain = idna_domains.email_domain

),

cleaned as (

    select
        addresses.raw_value,
        {{ normalise_email(
            'addresses.local_part',
            'addresses.email_domain',
            'providers.canonical_domain',
            'providers.ignores_dots',
            'providers.ignores_plus_tags',
        ) }} as mailbox
    from addresses
    left join providers on addresses.email_domain = providers.domain

),

mailboxes as (

    select
        raw_value,
        mailbox
    from cleaned
    where mailbox is not null

)

select * from mailboxes
