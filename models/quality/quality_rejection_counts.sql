with

rejection_counts as (

    {{ union_sources('rejection_counts', {
        'source_system': dbt.type_string(),
        'feed': dbt.type_string(),
        'record_date': 'date',
        'reason': dbt.type_string(),
        'row_count': dbt.type_bigint(),
    }) }}

)

select * from rejection_counts
