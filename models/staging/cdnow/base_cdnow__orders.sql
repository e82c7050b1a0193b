{{ config(materialized='table', enabled=feed_is_enabled('cdnow')) }}

{#-
    No key: 255 rows equal another one. An order has no number, so two equal orders of one day
    cannot be told from one that was written twice; both are kept, as in the published results. Of
    two files that overlap, an order counts once.
-#}
with

typed_orders as (

    {{ base_rows(
        source_name='cdnow',
        table_name='orders',
        columns={
            'customer_id': {'key': 'contact_key', 'required_if': 'master_id is null'},
            'master_id': {'key': 'contact_key'},
            'sample_id': {},
            'order_date': {'type': 'date', 'required': true, 'past': true},
            'cds': {'type': 'bigint', 'required': true, 'check': 'cds >= 0'},
            'dollar_value': {
                'type': 'decimal(18,4)',
                'required': true,
                'check': 'dollar_value >= 0 and dollar_value = round(dollar_value, 2) and '
                    ~ is_line_value('1', 'dollar_value'),
            },
        },
        record_date='order_date',
    ) | indent(4) }}

),

renamed as (

    select
        order_date,
        cds,
        dollar_value,
        _file,
        _row_number,
        _loaded_at,
        record_date,
        value_reasons,
        rejection_reasons,
        row_outcome,
        coalesce(customer_id, master_id) as contact_key
    from typed_orders

),

numbered as (

    select
        contact_key,
        order_date,
        cds,
        dollar_value,
        _file,
        _row_number,
        _loaded_at,
        record_date,
        value_reasons,
        rejection_reasons,
        row_outcome,
        row_number() over (
            partition by contact_key, order_date
            order by _loaded_at, _file, _row_number
        ) as order_of_day
    from renamed

),

outcomes as (

    select
        contact_key,
        order_date,
        cds,
        dollar_value,
        _file,
        _row_number,
        _loaded_at,
        record_date,
        value_reasons,
        rejection_reasons,
        row_outcome,
        contact_key
        || '-' || cast(order_date as string)
        || '-' || cast(order_of_day as string) as order_key
    from numbered

)

select * from outcomes
