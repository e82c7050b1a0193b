{{ union_feed('orders', times=['ordered_at'], version='updated_at') }}
