{#-
    Whether two texts have the same letters, each as often: two of them may have changed places.

    Arguments:
        one, other: SQL expressions of type string.
    Returns: SQL condition, null for a null text.
-#}
{% macro are_anagrams(one, other) -%}
    {{ return(adapter.dispatch('are_anagrams', 'stammkunde')(one, other)) }}
{%- endmacro %}

{% macro default__are_anagrams(one, other) -%}
    list_sort(string_split({{ one }}, '')) = list_sort(string_split({{ other }}, ''))
{%- endmacro %}

{% macro spark__are_anagrams(one, other) -%}
    sort_array(split({{ one }}, '')) = sort_array(split({{ other }}, ''))
{%- endmacro %}
