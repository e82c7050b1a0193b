{#-
    Not by source(): the table is written between two builds of dbt, out of the contacts named here,
    by a run that has the var on.
-#}
{% set is_on = var('probabilistic_matching', false) %}
{% if is_on %}
    -- depends_on: {{ ref('int_identity__matchable_contacts') }}
{% endif %}
{% set matches = adapter.get_relation(
    database=this.database, schema=this.schema, identifier='probabilistic_matches'
) if execute and is_on else none %}
{% if execute and is_on and not matches %}
    {{- exceptions.raise_compiler_error(
        'var probabilistic_matching is on, but nobody was matched in this warehouse yet: '
        ~ '`stammkunde run` does it'
    ) -}}
{% endif %}
with

matches as (

    {% if matches %}
        select
            record_node,
            other_record_node,
            component_id,
            other_component_id,
            match_weight,
            match_probability,
            calibration_date,
            rejection_reason
        from {{ matches }}
    {% else %}
        select
            cast(null as bigint) as record_node,
            cast(null as bigint) as other_record_node,
            cast(null as bigint) as component_id,
            cast(null as bigint) as other_component_id,
            cast(null as double) as match_weight,
            cast(null as double) as match_probability,
            cast(null as date) as calibration_date,
            cast(null as string) as rejection_reason
        where 1 = 0
    {% endif %}

),

links as (

    select
        {{ hash_bigint(
            "'link|' || cast(record_node as string) || '|' || cast(other_record_node as string)"
        ) }} as link_node,
        record_node,
        other_record_node,
        component_id,
        other_component_id,
        match_weight,
        match_probability,
        calibration_date,
        rejection_reason
    from matches

)

select * from links
