{#-
    The changes of customers that came true and are not in the log yet: those of the run that wrote
    the crosswalk. What a run computed that broke off before it wrote its crosswalk never happened.

    Arguments:
        changes: relation of model `int_identity__changes`.
        crosswalk: relation of model `identity_crosswalk`.
        log: relation of model `identity_changes`; none where nothing is logged yet.
    Returns: a select statement, with the columns of the log.
-#}
{% macro unlogged_changes(changes, crosswalk, log=none) -%}
with

changes as (

    select
        change_id,
        change_type,
        old_customer_id,
        new_customer_id,
        record_count,
        identifier_type,
        identifier_node,
        cause,
        changed_at,
        run_id
    from {{ changes }}

),

crosswalk_versions as (

    select distinct written_by
    from {{ crosswalk }}

),

unlogged as (

    select
        changes.change_id,
        changes.change_type,
        changes.old_customer_id,
        changes.new_customer_id,
        changes.record_count,
        changes.identifier_type,
        changes.identifier_node,
        changes.cause,
        changes.changed_at,
        changes.run_id
    from changes
    inner join crosswalk_versions on changes.run_id = crosswalk_versions.written_by
    {%- if log %}
    left join {{ log }} as logged on changes.change_id = logged.change_id
    where logged.change_id is null
    {%- endif %}

)

select * from unlogged
{%- endmacro %}
