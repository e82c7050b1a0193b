{#-
    The query of the people among the known members of an identifier of a later round: parties that
    are alike are one person, and different people else.

    Arguments:
        members: relation of the query of `identifier_members`.
        likenesses: relation of the query of `member_likenesses`.
    Returns: a select statement.
-#}
{% macro members_people(members, likenesses) -%}
{%- set identifier = ['identifier_type', 'identifier_value', 'spell'] -%}
with

labelled as (

    select
        identifier_type,
        identifier_value,
        spell,
        party_id,
        party_id as person_label
    from {{ members }}
    where is_known

),

first_likeness as (

    {{ propagate_label('labelled', likenesses, 'party_id', identifier) }}

),

second_likeness as (

    {{ propagate_label('first_likeness', likenesses, 'party_id', identifier) }}

),

people as (

    select
        identifier_type,
        identifier_value,
        spell,
        party_id,
        person_label as person_id
    from second_likeness

)

select * from people
{%- endmacro %}
