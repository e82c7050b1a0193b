{#-
    The query of the members of an identifier who are taken for one person: those whom
    `same_person` says so of, but for a member who resembles two that contradict each other. An
    initial, or a record without a birth date, would join father and son, and nobody knows which of
    the two it is. Not so where one of them is of the same birth date: a bride's old name and her
    new one are both hers. Two such members may still be each other.

    Arguments:
        comparisons: relation of pairs of members, in both orders, with the keys, `member`,
            `other_<member>`, `is_same_person`, `are_births_equal` and `are_births_apart`.
        member: column of the member's id.
        keys: columns of the identifier.
    Returns: a select statement of the keys, `member` and `other_<member>`, in both orders.
-#}
{% macro member_likenesses(comparisons, member, keys) -%}
with

contradicted as (

    select distinct
        {%- for key in keys %}
        one.{{ key }},
        {%- endfor %}
        one.{{ member }}
    from {{ comparisons }} as one
    inner join {{ comparisons }} as other
        on
            one.{{ member }} = other.{{ member }}
            {%- for key in keys %}
            and one.{{ key }} = other.{{ key }}
            {%- endfor %}
    inner join {{ comparisons }} as contradiction
        on
            one.other_{{ member }} = contradiction.{{ member }}
            and other.other_{{ member }} = contradiction.other_{{ member }}
            {%- for key in keys %}
            and one.{{ key }} = contradiction.{{ key }}
            {%- endfor %}
    where
        one.is_same_person
        and other.is_same_person
        and not contradiction.is_same_person
        and (
            contradiction.are_births_apart or not (one.are_births_equal or other.are_births_equal)
        )

),

likenesses as (

    select
        {%- for key in keys %}
        comparisons.{{ key }},
        {%- endfor %}
        comparisons.{{ member }},
        comparisons.other_{{ member }}
    from {{ comparisons }} as comparisons
    left join contradicted as one
        on
            comparisons.{{ member }} = one.{{ member }}
            {%- for key in keys %}
            and comparisons.{{ key }} = one.{{ key }}
            {%- endfor %}
    left join contradicted as other
        on
            comparisons.other_{{ member }} = other.{{ member }}
            {%- for key in keys %}
            and comparisons.{{ key }} = other.{{ key }}
            {%- endfor %}
    where
        comparisons.is_same_person
        and (one.{{ member }} is null) = (other.{{ member }} is null)

)

select * from likenesses
{%- endmacro %}
