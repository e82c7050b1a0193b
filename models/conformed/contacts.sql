{{ union_feed('contacts', times=['created_at'], version='updated_at') }}
