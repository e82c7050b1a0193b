{% set is_on = var('probabilistic_matching', false) %}
{{ config(materialized='table' if is_on else 'view') }} -- without links there is nothing to add

with

components as (

    select
        node_id,
        component_id
    from {{ ref('int_identity__components') }}

),

{% if is_on %}
    linked_components as (

        select
            node_id,
            component_id
        from {{ ref('int_identity__linked_components') }}

    ),

{% endif %}
clusters as (

    select
        components.node_id,
        components.component_id,
        {% if is_on %}
            coalesce(linked_components.component_id, components.component_id) as cluster_id
        {% else %}
            components.component_id as cluster_id
        {% endif %}
    from components
    {% if is_on %}
        left join linked_components on components.component_id = linked_components.node_id
    {% endif %}

)

select * from clusters
