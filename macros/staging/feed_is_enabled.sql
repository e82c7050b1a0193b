{#-
    Whether var `sources` names `feed` under `source`. Every model of a source is switched by it, so
    that a source nobody uses costs nothing and needs no raw tables.

    Arguments:
        source: folder below models/staging, for example 'shop'.
        feed: one of the conformed feeds; empty: whether the source is named at all.
    Returns: true or false.
-#}
{% macro feed_is_enabled(source, feed=none) %}
    {%- set sources = var('sources', {}) -%}
    {{- return(source in sources and (feed is none or feed in sources[source])) -}}
{% endmacro %}
