{{ union_feed('feedback', times=['submitted_at']) }}
