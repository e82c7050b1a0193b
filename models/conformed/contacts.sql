{#- A contact record exists from the day it was made, whatever version of it was delivered. -#}
{{ union_feed(
    'contacts',
    times=['created_at'],
    version='updated_at',
    taken_back={'updated_at': 'unioned.created_at'},
) }}
