{{ union_feed('unmerges', times=['requested_at']) }}
