with

row_counts as (

    {{ union_sources('row_counts', {
        'source_system': 'string',
        'feed': 'string',
        'record_date': 'date',
        'rows_in': 'bigint',
        'rows_accepted': 'bigint',
        'rows_superseded': 'bigint',
        'rows_set_aside': 'bigint',
        'rows_repeated': 'bigint',
        'rows_rejected': 'bigint',
        'rows_colliding': 'bigint',
    }) }}

)

select * from row_counts
