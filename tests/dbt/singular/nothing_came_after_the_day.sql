-- A row is what came after the newest order and event of a source, where these give the day of the
-- run: returns and cancellations that count from their own day on. A day that var as_of_date names
-- is meant to be older than some rows.
{{ config(severity="warn") }}
with

as_of as (

    select as_of_end
    from {{ ref('as_of') }}

),

happenings as (

    {% for source, feeds in var('sources', {}).items() if as_of_limit() is none %}
        {% if 'orders' in feeds %}
            select
                '{{ source }}' as source_system,
                'cancellation' as what,
                cancelled_at as happened_at
            from {{ ref('stg_' ~ source ~ '__orders') }}
            union all
        {% endif %}
        {% if 'order_lines' in feeds %}
            select
                '{{ source }}' as source_system,
                'return' as what,
                returned_at as happened_at
            from {{ ref('stg_' ~ source ~ '__order_lines') }}
            union all
        {% endif %}
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
