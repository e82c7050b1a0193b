{#-
    The outcome of a row of a `base_` model with versions on the day of var `as_of_date`; without the
    var, the one that stands in its row.

    Of the versions written by the end of the day the newest counts, and earlier ones are superseded;
    those written after it are `set_aside`. A key whose every version is later keeps its first one as
    accepted: senders of current states alone deliver no older one. The conformed feed asks the record's
    own time, such as that of the order, whether it is known on that day, and takes back what the version
    tells of later days.

    Arguments:
        version: column that orders the versions of a key, a time.
        relation: alias of the base model, where others stand beside it.
    Returns: SQL expression of a string.
-#}
{% macro outcome_on_day(version, relation=none) -%}
    {%- set limit = as_of_limit() -%}
    {%- set of_row = relation ~ '.' if relation else '' -%}
    {%- if limit is none -%}
        {{ of_row }}row_outcome
    {%- else -%}
        case
            when {{ of_row }}row_outcome = 'rejected' then 'rejected'
            when {{ of_row }}{{ version }} >= {{ limit }} and not {{ of_row }}is_first_version
                then 'set_aside'
            when
                {{ of_row }}superseded_at <= {{ of_row }}{{ version }}
                or {{ of_row }}superseded_at < {{ limit }}
                then 'superseded'
            else 'accepted'
        end
    {%- endif -%}
{%- endmacro %}
