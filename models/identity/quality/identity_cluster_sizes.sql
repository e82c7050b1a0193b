{%- set counted = [
    'record', 'contact', 'order', 'device', 'identifier', 'person_identifier'
] -%}
with

customer_sizes as (

    select
        record_count,
        contact_count,
        order_count,
        device_count,
        identifier_count,
        person_identifier_count
    from {{ ref('int_identity_quality__customer_sizes') }}

),

cluster_sizes as (

    {% for what in counted %}
        select
            '{{ what }}s' as counted,
            {{ what }}_count as cluster_size,
            count(*) as customer_count
        from customer_sizes
        group by {{ what }}_count
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from cluster_sizes
