{%- set attributes = golden_attributes() -%}
with

customers as (

    select
        customer_id,
        identified_at
    from {{ ref('int_identity__customers') }}
    where not is_test

),

surviving_values as (

    select
        customer_id,
        attribute_name,
        attribute_value,
        source_system,
        observed_at
    from {{ ref('int_identity__surviving_values') }}

),

pivoted as (

    select
        customer_id,
        {% for attribute in attributes %}
            max(case attribute_name when '{{ attribute }}' then attribute_value end)
                as {{ attribute }},
            max(case attribute_name when '{{ attribute }}' then source_system end)
                as {{ attribute }}_source,
            max(case attribute_name when '{{ attribute }}' then observed_at end)
                as {{ attribute }}_observed_at,
        {% endfor %}
        count(*) as attribute_count
    from surviving_values
    group by customer_id

),

described as (

    select
        customers.customer_id,
        {% for attribute in attributes %}
            {% set type = 'date' if attribute == 'birth_date' else 'string' %}
            cast(pivoted.{{ attribute }} as {{ type }}) as {{ attribute }},
            pivoted.{{ attribute }}_source,
            pivoted.{{ attribute }}_observed_at,
        {% endfor %}
        case
            when customers.identified_at is not null
                then
                    cast(coalesce(pivoted.attribute_count, 0) as double)
                    / {{ attributes | length }}
        end as completeness
    from customers
    left join pivoted on customers.customer_id = pivoted.customer_id

)

select * from described
