{{ union_feed('products', version='updated_at') }}
