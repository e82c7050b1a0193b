with

enabled_feeds as (

    {%- set pairs = [] %}
    {%- for source, feeds in var('sources').items() %}
    {%- for feed in feeds %}
    {%- do pairs.append((source, feed)) %}
    {%- endfor %}
    {%- endfor %}
    {%- for source, feed in pairs %}
    select
        '{{ source }}' as source_system,
        '{{ feed }}' as feed
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as string) as source_system,
        cast(null as string) as feed
    where 1 = 0
    {%- endfor %}

)

select * from enabled_feeds
