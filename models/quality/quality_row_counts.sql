with

row_counts as (

    {{ union_sources('row_counts', {
        'source_system': dbt.type_string(),
        'feed': dbt.type_string(),
        'record_date': 'date',
        'rows_in': dbt.type_bigint(),
        'rows_accepted': dbt.type_bigint(),
        'rows_superseded': dbt.type_bigint(),
        'rows_set_aside': dbt.type_bigint(),
        'rows_rejected': dbt.type_bigint(),
    }) }}

)

select * from row_counts
