-- A row is a raw line that is in none or in several of: order lines, set aside, repeated, rejected.
{{ config(enabled=feed_is_enabled('online_retail', 'order_lines')) }}

with

raw_lines as (

    select
        _file,
        _row_number
    from {{ source('online_retail', 'order_lines') }}

),

placed_lines as (

    select
        base_lines._file,
        base_lines._row_number
    from {{ ref('base_online_retail__order_lines') }} as base_lines
    inner join {{ ref('stg_online_retail__order_lines') }} as order_lines
        on
            base_lines.order_key = order_lines.order_key
            and base_lines.line_number = order_lines.line_number
    union all
    select
        _file,
        _row_number
    from {{ ref('stg_online_retail__order_lines__set_aside') }}
    union all
    select
        _file,
        _row_number
    from {{ ref('base_online_retail__order_lines') }}
    where row_outcome = 'repeated'
    union all
    select
        _file,
        _row_number
    from {{ ref('stg_online_retail__order_lines__rejected') }}

),

places as (

    select
        _file,
        _row_number,
        count(*) as place_count
    from placed_lines
    group by
        _file,
        _row_number

),

misplaced as (

    select
        raw_lines._file,
        raw_lines._row_number,
        coalesce(places.place_count, 0) as place_count
    from raw_lines
    left join places
        on
            raw_lines._file = places._file
            and raw_lines._row_number = places._row_number
    where coalesce(places.place_count, 0) <> 1

)

select * from misplaced
