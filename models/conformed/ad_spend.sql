{{ union_feed('ad_spend', times=['spend_date']) }}
