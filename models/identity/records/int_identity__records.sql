with

contacts as (

    select
        source_system,
        contact_key,
        country,
        created_at,
        updated_at,
        is_test_account
    from {{ ref('contacts') }}

),

conformed_orders as (

    select
        source_system,
        order_key,
        contact_key,
        country,
        ordered_at
    from {{ ref('orders') }}

),

-- A later version without the contact takes it from nobody.
last_stated_contacts as (

    select
        source_system,
        record_key as order_key,
        raw_value as contact_key
    from {{ ref('identifier_history') }}
    where
        record_type = 'order'
        and identifier_type = 'contact_key'
        and not is_current
        and replaced_at is null

),

placeholders as (

    select pattern
    from {{ ref('int_identity__blocked_identifiers') }}
    where identifier_type = 'any'

),

key_scopes as (

    select
        source_system,
        key_name,
        key_source_system
    from {{ ref('key_scopes') }}

),

devices as (

    select
        observations.source_system,
        observations.anonymous_id,
        observations.user_key,
        observations.order_key,
        observations.first_seen_at,
        observations.last_seen_at,
        observations.logged_in_at,
        coalesce(user_scopes.key_source_system, observations.source_system) as user_source_system,
        coalesce(order_scopes.key_source_system, observations.source_system)
            as order_source_system
    from {{ ref('int_identity__device_observations') }} as observations
    left join key_scopes as user_scopes
        on
            observations.source_system = user_scopes.source_system
            and user_scopes.key_name = 'user_key'
    left join key_scopes as order_scopes
        on
            observations.source_system = order_scopes.source_system
            and order_scopes.key_name = 'order_key'

),

addresses as (

    select
        record_id,
        source_system,
        contact_key,
        first_seen_at,
        last_seen_at
    from {{ ref('int_identity__address_observations') }}

),

feedback as (

    select
        source_system,
        feedback_key,
        contact_key,
        submitted_at
    from {{ ref('feedback') }}

),

stated_orders as (

    select
        conformed_orders.source_system,
        conformed_orders.order_key,
        conformed_orders.country,
        conformed_orders.ordered_at,
        coalesce(conformed_orders.contact_key, last_stated_contacts.contact_key) as contact_key
    from conformed_orders
    left join last_stated_contacts
        on
            conformed_orders.source_system = last_stated_contacts.source_system
            and conformed_orders.order_key = last_stated_contacts.order_key

),

-- A shop that writes "guest" into the key of the contact names nobody.
orders as (

    select
        stated_orders.source_system,
        stated_orders.order_key,
        stated_orders.contact_key,
        stated_orders.country,
        stated_orders.ordered_at,
        placeholders.pattern is null as names_contact
    from stated_orders
    left join placeholders
        on
            {{ lower_letters(trim_spaces('stated_orders.contact_key')) }}
            = placeholders.pattern

),

-- Who was logged in when a purchase was tracked: the contact of a guest order, if it is one person.
order_users as (

    select
        order_source_system,
        order_key,
        min(user_source_system) as user_source_system,
        min(user_key) as user_key
    from devices
    where order_key is not null and logged_in_at is not null
    group by order_source_system, order_key
    having count(distinct {{ qualified_id('user_source_system', 'user_key') }}) = 1

),

device_records as (

    select
        source_system,
        anonymous_id,
        user_source_system,
        user_key,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        -- Of a device that nobody ever logged in on, its first event.
        coalesce(min(logged_in_at), min(first_seen_at)) as known_at
    from devices
    group by source_system, anonymous_id, user_source_system, user_key

),

unioned as (

    select
        'contact' as record_type,
        {{ qualified_id('source_system', 'contact_key') }} as record_id,
        source_system,
        contact_key,
        cast(null as string) as contact_source_system,
        country,
        created_at as first_seen_at,
        updated_at as last_seen_at,
        created_at as known_at,
        coalesce(is_test_account, false) as is_test
    from contacts

    union all

    select
        'order' as record_type,
        {{ qualified_id('orders.source_system', 'orders.order_key') }} as record_id,
        orders.source_system,
        case
            when orders.names_contact then coalesce(orders.contact_key, order_users.user_key)
            else coalesce(order_users.user_key, orders.contact_key)
        end as contact_key,
        -- Empty: the key is the order's own, and of the scope of such keys.
        case
            when not orders.names_contact or orders.contact_key is null
                then order_users.user_source_system
        end as contact_source_system,
        orders.country,
        orders.ordered_at as first_seen_at,
        orders.ordered_at as last_seen_at,
        orders.ordered_at as known_at,
        false as is_test
    from orders
    left join order_users
        on
            orders.source_system = order_users.order_source_system
            and orders.order_key = order_users.order_key

    union all

    select
        'device' as record_type,
        {{ device_record_id('source_system', 'anonymous_id', 'user_key') }} as record_id,
        source_system,
        user_key as contact_key,
        user_source_system as contact_source_system,
        cast(null as string) as country,
        first_seen_at,
        last_seen_at,
        known_at,
        false as is_test
    from device_records

    union all

    select
        'address' as record_type,
        record_id,
        source_system,
        contact_key,
        cast(null as string) as contact_source_system,
        cast(null as string) as country,
        first_seen_at,
        last_seen_at,
        first_seen_at as known_at,
        false as is_test
    from addresses

    union all

    select
        'feedback' as record_type,
        {{ qualified_id('source_system', 'feedback_key') }} as record_id,
        source_system,
        contact_key,
        cast(null as string) as contact_source_system,
        cast(null as string) as country,
        submitted_at as first_seen_at,
        submitted_at as last_seen_at,
        submitted_at as known_at,
        false as is_test
    from feedback

),

scoped as (

    select
        unioned.record_type,
        unioned.record_id,
        unioned.source_system,
        unioned.contact_key,
        unioned.country,
        unioned.first_seen_at,
        unioned.last_seen_at,
        unioned.known_at,
        unioned.is_test,
        coalesce(
            unioned.contact_source_system, key_scopes.key_source_system, unioned.source_system
        ) as contact_source_system
    from unioned
    left join key_scopes
        on
            unioned.source_system = key_scopes.source_system
            and key_scopes.key_name = 'contact_key'

),

-- A message or an answer carries no country of its own: its telephone number is read as its contact
-- writes it.
records as (

    select
        scoped.record_type,
        scoped.record_id,
        {{ hash_bigint("scoped.record_type || '|' || scoped.record_id") }} as record_node,
        scoped.source_system,
        scoped.contact_key,
        scoped.contact_source_system,
        coalesce(scoped.country, contacts.country) as country,
        scoped.first_seen_at,
        scoped.last_seen_at,
        scoped.known_at,
        scoped.is_test
    from scoped
    left join contacts
        on
            scoped.contact_source_system = contacts.source_system
            and scoped.contact_key = contacts.contact_key

)

select * from records
