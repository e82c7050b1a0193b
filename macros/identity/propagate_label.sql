{#-
    One step of giving those who are alike one label: each takes the smallest label among its own
    and the labels of those it resembles. Called twice, so that A and C meet through B.

    Arguments:
        labelled: relation or CTE of members of an identifier, with the keys, `member` and
            `person_label`.
        alike: relation or CTE of pairs of members, with the keys, `member` and `other_<member>`.
        member: column of the member's id.
        keys: columns of the identifier.
    Returns: a select statement of the keys, `member` and `person_label`.
-#}
{% macro propagate_label(labelled, alike, member, keys) -%}
    select
        {%- for column in keys + [member] %}
        one.{{ column }},
        {%- endfor %}
        least(one.person_label, coalesce(min(other.person_label), one.person_label)) as person_label
    from {{ labelled }} as one
    left join {{ alike }} as alike
        on
            one.{{ member }} = alike.{{ member }}
            {%- for key in keys %}
            and one.{{ key }} = alike.{{ key }}
            {%- endfor %}
    left join {{ labelled }} as other
        on
            alike.other_{{ member }} = other.{{ member }}
            {%- for key in keys %}
            and alike.{{ key }} = other.{{ key }}
            {%- endfor %}
    group by
        {%- for column in keys + [member] %}
        one.{{ column }},
        {%- endfor %}
        one.person_label
{%- endmacro %}
