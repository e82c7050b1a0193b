{{ config(materialized='view') }} -- a union, not worth a copy of the largest table of this folder

with

edge_candidates as (

    {% for round in [1, 2, 3] %}
        select
            record_node,
            identifier_node,
            identifier_type,
            identifier_value,
            share,
            record_count,
            rejection_reason
        from {{ ref('int_identity__round_' ~ round ~ '_edges') }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from edge_candidates
