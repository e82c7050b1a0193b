{{ union_feed('ad_spend', days=['spend_date']) }}
