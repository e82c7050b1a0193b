{{ union_feed('consents', times=['changed_at']) }}
