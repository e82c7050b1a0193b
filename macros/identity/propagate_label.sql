{#-
    One step of giving those who are alike one label: each takes the smallest label among its own
    and the labels of those it resembles. Called twice, so that A and C meet through B.

    Arguments:
        labelled: relation or CTE of members of an identifier, with the keys, `member` and
            `person_label`.
        likenesses: relation or CTE of pairs of members, with the keys, `member` and
            `other_<member>`.
        member: column of the member's id.
        keys: columns of the identifier.
    Returns: a select statement of the keys, `member` and `person_label`.
-#}
{% macro propagate_label(labelled, likenesses, member, keys) -%}
    select
        {%- for column in keys + [member] %}
        one.{{ column }},
        {%- endfor %}
        least(one.person_label, coalesce(min(other.person_label), one.person_label)) as person_label
    from {{ labelled }} as one
    left join {{ likenesses }} as likeness
        on
            one.{{ member }} = likeness.{{ member }}
            {%- for key in keys %}
            and one.{{ key }} = likeness.{{ key }}
            {%- endfor %}
    left join {{ labelled }} as other
        on
            likeness.other_{{ member }} = other.{{ member }}
            {%- for key in keys %}
            and likeness.{{ key }} = other.{{ key }}
            {%- endfor %}
    group by
        {%- for column in keys + [member] %}
        one.{{ column }},
        {%- endfor %}
        one.person_label
{%- endmacro %}
