-- A row is what came after the newest order and event of a source, where these give the day of the
-- run: returns and cancellations that count from their own day on. A day that var as_of_date names
-- is meant to be older than some rows.
{{ config(severity="warn") }}
{%- set times = [
    ('orders', 'cancellation', 'cancelled_at'),
    ('order_lines', 'return', 'returned_at'),
] %}
with

as_of as (

    select as_of_end
    from {{ ref('as_of') }}

),

happenings as (

    {% for source, feeds in var('sources', {}).items() if as_of_limit() is none %}
        {% for feed, what, time in times if feed in feeds %}
            select
                '{{ source }}' as source_system,
                '{{ what }}' as what,
                {{ time }} as happened_at
            from {{ ref('stg_' ~ source ~ '__' ~ feed) }}
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as string) as source_system,
        cast(null as string) as what,
        cast(null as timestamp) as happened_at

),

later as (

    select
        happenings.source_system,
        happenings.what,
        count(*) as row_count,
        {{ shop_date('max(happenings.happened_at)') }} as newest_date
    from happenings
    inner join as_of
        on happenings.happened_at >= as_of.as_of_end
    group by
        happenings.source_system,
        happenings.what

)

select * from later
