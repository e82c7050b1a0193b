{#-
    The attributes of a golden record, in its order. Each stands in seed survivorship_rules.

    Returns: list of column names of the conformed contacts.
-#}
{% macro golden_attributes() %}
    {{- return([
        'first_name',
        'last_name',
        'birth_date',
        'email',
        'phone',
        'loyalty_card',
        'street',
        'postcode',
        'city',
        'country',
        'company',
    ]) -}}
{% endmacro %}
