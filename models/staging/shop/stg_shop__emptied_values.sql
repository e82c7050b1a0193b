{{ config(enabled=feed_is_enabled('shop')) }}

{{ emptied_values('shop', var('sources')['shop']) }}
