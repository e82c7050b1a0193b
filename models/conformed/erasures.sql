{{ union_feed('erasures', times=['requested_at']) }}
