{#- What the conformed feeds hold against the end of the day, feed by feed. Written a second time on
    purpose: a reconciliation that took its filter from what it checks would agree with any mistake.
    A version after a past day (var `as_of_date`) keeps a product out that was not sold up to it. -#}
{%- set feed_times = {
    'contacts': ['created_at'],
    'orders': ['ordered_at'],
    'order_lines': ['returned_at'],
    'products': [],
    'events': ['occurred_at', 'received_at'],
    'messages': ['occurred_at'],
    'feedback': ['submitted_at'],
    'ad_spend': ['spend_date'],
    'consents': ['changed_at'],
    'unmerges': ['requested_at'],
    'erasures': ['requested_at'],
} -%}
{%- set pairs = [] %}
{%- for source, feeds in var('sources').items() %}
{%- for feed in feeds %}
{%- do pairs.append((source, feed)) %}
{%- endfor %}
{%- endfor -%}
-- depends_on: {{ ref('order_lines') }}
with

as_of as (

    select
        as_of_date,
        as_of_end
    from {{ ref('as_of') }}

),

{% if as_of_limit() -%}
sold as (

    select distinct
        source_system,
        product_key
    from {{ ref('order_lines') }}

),

{% endif -%}
{% for source, feed in pairs -%}
{{ source }}_{{ feed }} as (

    {%- set sold_counts = feed == 'products' and as_of_limit() %}
    select
        {%- if feed in ['orders', 'order_lines'] %}
        staged.order_key,
        {%- endif %}
        {%- for feed_time in feed_times[feed] %}
        {%- if feed_time == 'spend_date' %}
        coalesce(staged.spend_date <= as_of.as_of_date, true) and
        {%- else %}
        coalesce(staged.{{ feed_time }} < as_of.as_of_end, true) and
        {%- endif %}
        {%- endfor %}
        {%- if sold_counts %}
        (coalesce(staged.updated_at < as_of.as_of_end, true) or sold.product_key is not null) and
        {%- endif %} true as is_known
    from {{ ref('stg_' ~ source ~ '__' ~ feed) }} as staged
    cross join as_of
    {%- if sold_counts %}
    left join sold
        on
            sold.source_system = '{{ source }}'
            and staged.product_key = sold.product_key
    {%- endif %}

),

{% endfor -%}
staged_counts as (

    {%- for source, feed in pairs %}
    select
        '{{ source }}' as source_system,
        '{{ feed }}' as feed,
        count(*) as staged_rows
    from {{ source }}_{{ feed }} as staged
    {%- if feed == 'order_lines' and (source, 'orders') in pairs %}
    -- a line is as late as its order; a line whose order never came stays
    left join {{ source }}_orders as later_orders
        on
            staged.order_key = later_orders.order_key
            and not later_orders.is_known
    where staged.is_known and later_orders.order_key is null
    {%- else %}
    where staged.is_known
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as string) as source_system,
        cast(null as string) as feed,
        cast(null as bigint) as staged_rows
    where 1 = 0
    {%- endfor %}

)

select * from staged_counts
