with

rejection_counts as (

    {{ union_sources('rejection_counts', {
        'source_system': 'string',
        'feed': 'string',
        'record_date': 'date',
        'reason': 'string',
        'row_count': 'bigint',
    }) }}

)

select * from rejection_counts
