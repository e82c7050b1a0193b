{{ config(materialized='table', enabled=feed_is_enabled('shop', 'order_lines')) }}

{#-
    A line of an order that was edited comes again. What it replaces is told from its time, or where it
    has none from the order's:

    - Of a line's versions the one of the newest `updated_at` counts, of two with one time the later
      received one. A line without one has the time of the newest version of its order that had been
      received by then.
    - Lines without `updated_at` come whole with their order: when a delivery repeats one of them, it and
      what comes after it are the order's new lines, and a line that is missing there is gone.
    - A line with `updated_at` stands for itself: it is gone with a newer version of quantity 0.
    - Returns are never gone because others came again.

    Only orders whose lines came in several deliveries, more than once, or with a time are looked at.
-#}
{% set limit = as_of_limit() %}
{% set kinds = ref('line_kinds') %}
{% set product_kinds = '(select line_kind from ' ~ kinds ~ ' where is_product)' %}
{% set money_back_kinds = '(select line_kind from ' ~ kinds ~ ' where takes_money_back)' %}
{% set kind = "coalesce(line_kind, 'product')" %}
{% set by_line = 'partition by order_key, line_number order by _loaded_at, _file, _row_number' %}
with

-- A line has no day of its own unless it is a return. It has revenue without its product, too.
typed_lines as (

    {{ base_rows(
        source_name='shop',
        table_name='order_lines',
        columns={
            'order_key': {'key': 'order_key', 'required': true},
            'line_number': {'type': 'bigint', 'required': true},
            'line_kind': {
                'check': 'line_kind is null or line_kind in (select line_kind from ' ~ kinds ~ ')',
            },
            'product_key': {
                'key': 'product_key',
                'required_if': kind ~ ' in ' ~ product_kinds,
                'counts_without': true,
            },
            'quantity': {
                'type': 'decimal(18,4)',
                'required': true,
                'check': 'quantity <= 0 or ' ~ kind ~ ' not in ' ~ money_back_kinds,
            },
            'unit_price': {
                'type': 'decimal(18,4)',
                'required': true,
                'check': 'unit_price >= 0 and '
                    ~ is_line_value('case when quantity = 0 then 1 else quantity end', 'unit_price'),
            },
            'discount': {
                'type': 'decimal(18,4)',
                'check': 'discount * case when quantity = 0 then -1 else quantity end >= 0',
            },
            'tax': {'type': 'decimal(18,4)'},
            'is_return': {
                'type': 'boolean',
                'check': 'quantity = 0 or is_return = (quantity < 0)',
                'default': 'quantity < 0 or (quantity = 0 and ' ~ kind ~ ' in ' ~ money_back_kinds ~ ')',
            },
            'returned_line_number': {'type': 'bigint'},
            'returned_at': {'type': 'timestamp', 'past': true},
            'updated_at': {'type': 'timestamp', 'past': true},
        },
        record_date=shop_date('returned_at'),
        key=['order_key', 'line_number'],
        ranked=false,
        key_forms='base_shop__key_forms',
    ) | indent(4) }}

),

edited_orders as (

    select order_key
    from typed_lines
    where row_outcome = 'accepted'
    group by order_key
    having
        count(*) > count(distinct line_number)
        or count(updated_at) > 0
        or min(_loaded_at) < max(_loaded_at)
        or min(_file) < max(_file)

),

order_versions as (

    {% if feed_is_enabled('shop', 'orders') %}
        select
            order_key,
            _loaded_at,
            max(updated_at) as updated_at
        from {{ ref('base_shop__orders') }}
        where row_outcome <> 'rejected'
        group by
            order_key,
            _loaded_at
    {% else %}
        select
            cast(null as string) as order_key,
            cast(null as timestamp) as _loaded_at,
            cast(null as timestamp) as updated_at
        where 1 = 0
    {% endif %}

),

edited_lines as (

    select
        typed_lines.*,
        not typed_lines.is_return and typed_lines.updated_at is null as comes_whole,
        md5(
            concat_ws(
                chr(31),
                coalesce(typed_lines.line_kind, ''),
                coalesce(typed_lines.product_key, ''),
                cast(typed_lines.quantity as string),
                cast(typed_lines.unit_price as string),
                coalesce(cast(typed_lines.discount as string), ''),
                coalesce(cast(typed_lines.tax as string), ''),
                cast(typed_lines.is_return as string),
                coalesce(cast(typed_lines.returned_line_number as string), ''),
                coalesce(cast(typed_lines.returned_at as string), ''),
                coalesce(cast(typed_lines.updated_at as string), '')
            )
        ) as row_content
    from typed_lines
    inner join edited_orders on typed_lines.order_key = edited_orders.order_key
    where typed_lines.row_outcome = 'accepted'

),

-- Where the order comes after its lines, they have its first version.
order_times as (

    select
        edited_lines._file,
        edited_lines._row_number,
        coalesce(
            max(
                case
                    when order_versions._loaded_at <= edited_lines._loaded_at
                        then order_versions.updated_at
                end
            ),
            min(order_versions.updated_at)
        ) as order_updated_at
    from edited_lines
    inner join order_versions on edited_lines.order_key = order_versions.order_key
    group by
        edited_lines._file,
        edited_lines._row_number

),

delivered_lines as (

    select
        edited_lines.*,
        coalesce(
            edited_lines.updated_at,
            order_times.order_updated_at,
            cast('1000-01-01 00:00:00' as timestamp)
        ) as row_version,
        case
            when edited_lines.comes_whole
                then
                    dense_rank() over (
                        partition by
                            edited_lines.order_key,
                            edited_lines.line_number,
                            edited_lines.comes_whole
                        order by edited_lines._loaded_at, edited_lines._file
                    )
            else 1
        end as delivery_of_line
    from edited_lines
    left join order_times
        on
            edited_lines._file = order_times._file
            and edited_lines._row_number = order_times._row_number

),

-- The lines of an order were sent for the n-th time when one of them was: an order that is spread
-- over two files is one export, and one that comes again in a later file is another.
exported_lines as (

    select
        *,
        {{ 'row_version < ' ~ limit if limit else '1 = 1' }} as is_written,
        max(delivery_of_line) over (
            partition by order_key, comes_whole
            order by _loaded_at, _file
        ) as export_number,
        case
            when row_content = lag(row_content) over ({{ by_line }})
                then
                    case
                        when _file = lag(_file) over ({{ by_line }}) then 'duplicate_key'
                        else 'repeated_row'
                    end
        end as duplicate_reason
    from delivered_lines

),

known_versions as (

    select
        *,
        max(case when is_written then 1 else 0 end) over (
            partition by order_key, is_return, case when is_return then line_number end
        ) = 1 as has_written,
        min(row_version) over (partition by order_key, is_return) as first_version
    from exported_lines

),

-- Of lines that were all written after the day of the run, the first version counts on it; a return
-- has a day of its own, and counts from then on.
known_lines as (

    select
        *,
        case
            when has_written then is_written
            else is_return or (row_version = first_version and export_number = 1)
        end as is_known
    from known_versions

),

placed_lines as (

    select
        *,
        max(case when is_known then export_number end) over (
            partition by order_key, comes_whole
        ) as current_export,
        max(case when is_known then export_number end) over (
            partition by order_key, line_number, comes_whole
        ) as last_export,
        row_number() over (
            partition by order_key, line_number, is_known, duplicate_reason
            order by row_version desc, _loaded_at desc, _file desc, _row_number desc
        ) as newest_first,
        row_number() over (
            partition by order_key, line_number
            order by row_version, _loaded_at, _file, _row_number
        ) as oldest_first
    from known_lines

),

line_outcomes as (

    select
        _file,
        _row_number,
        case
            when duplicate_reason is not null then duplicate_reason
            when quantity = 0 and not is_return and oldest_first = 1 then 'value:quantity'
        end as line_reason,
        case
            when duplicate_reason is not null then 'rejected'
            when quantity = 0 and not is_return and oldest_first = 1 then 'rejected'
            when not is_known then 'set_aside'
            when newest_first > 1 or last_export < current_export then 'superseded'
            when quantity = 0 and not is_return then 'superseded'
            else 'accepted'
        end as line_outcome
    from placed_lines

),

outcomes as (

    select
        typed_lines.order_key,
        typed_lines.line_number,
        typed_lines.line_kind,
        typed_lines.product_key,
        typed_lines.quantity,
        typed_lines.unit_price,
        typed_lines.discount,
        typed_lines.tax,
        typed_lines.is_return,
        typed_lines.returned_line_number,
        typed_lines.returned_at,
        typed_lines.updated_at,
        typed_lines._file,
        typed_lines._row_number,
        typed_lines._loaded_at,
        typed_lines.record_date,
        typed_lines.value_reasons,
        case
            when typed_lines.rejection_reasons is not null then typed_lines.rejection_reasons
            when line_outcomes._file is not null then line_outcomes.line_reason
            when typed_lines.quantity = 0 and not typed_lines.is_return then 'value:quantity'
        end as rejection_reasons,
        case
            when typed_lines.rejection_reasons is not null then 'rejected'
            when line_outcomes._file is not null then line_outcomes.line_outcome
            when typed_lines.quantity = 0 and not typed_lines.is_return then 'rejected'
            else 'accepted'
        end as row_outcome
    from typed_lines
    left join line_outcomes
        on
            typed_lines._file = line_outcomes._file
            and typed_lines._row_number = line_outcomes._row_number

)

select * from outcomes
