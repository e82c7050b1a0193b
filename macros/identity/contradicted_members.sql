{#-
    Members of an identifier who resemble two that contradict each other: an initial, or a record
    without a birth date, would join father and son. Nobody knows which of the two they are. Not so
    where one of them is of the same birth date: a bride's old name and her new one are both hers.

    Arguments:
        compared: relation or CTE of pairs of members, in both orders, with the keys, `member`,
            `other_<member>`, `is_same_person`, `are_births_equal` and `are_births_apart`.
        member: column of the member's id.
        keys: columns of the identifier.
    Returns: a select statement of the keys and `member`.
-#}
{% macro contradicted_members(compared, member, keys) -%}
    select distinct
        {%- for key in keys %}
        one.{{ key }},
        {%- endfor %}
        one.{{ member }}
    from {{ compared }} as one
    inner join {{ compared }} as other
        on
            one.{{ member }} = other.{{ member }}
            {%- for key in keys %}
            and one.{{ key }} = other.{{ key }}
            {%- endfor %}
    inner join {{ compared }} as contradiction
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
{%- endmacro %}
