{{ union_feed('messages', times=['occurred_at']) }}
