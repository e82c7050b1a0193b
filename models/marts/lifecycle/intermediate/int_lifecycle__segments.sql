with

snapshots as (

    select
        snapshot_date,
        is_current,
        snapshot_end
    from {{ ref('int_lifecycle__snapshot_dates') }}

),

customers as (

    select
        customer_id,
        first_seen_at,
        identified_at,
        is_test
    from {{ ref('int_identity__customers') }}
    where not is_test

),

histories as (

    select
        snapshot_date,
        customer_id,
        net_revenue_30d,
        net_revenue_365d
    from {{ ref('int_lifecycle__purchase_histories') }}

),

scores as (

    select
        snapshot_date,
        customer_id,
        purchase_class,
        recency_score,
        frequency_score,
        monetary_score
    from {{ ref('int_lifecycle__scores') }}

),

cells as (

    select
        customer_state,
        recency_score,
        frequency_score,
        monetary_score,
        segment_id
    from {{ ref('int_lifecycle__segment_cells') }}

),

stated as (

    select
        snapshots.snapshot_date,
        snapshots.is_current,
        customers.customer_id,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.purchase_class,
        case
            when scores.customer_id is not null then 'buyer'
            when customers.identified_at < snapshots.snapshot_end then 'lead'
            else 'visitor'
        end as customer_state,
        -- Not from the scores: who sent everything back is no buyer and still has revenue.
        coalesce(histories.net_revenue_30d, 0) as net_revenue_30d,
        coalesce(histories.net_revenue_365d, 0) as net_revenue_365d
    from customers
    inner join snapshots
        on customers.first_seen_at < snapshots.snapshot_end
    left join scores
        on
            customers.customer_id = scores.customer_id
            and snapshots.snapshot_date = scores.snapshot_date
    left join histories
        on
            customers.customer_id = histories.customer_id
            and snapshots.snapshot_date = histories.snapshot_date

),

segmented as (

    select
        stated.snapshot_date,
        stated.is_current,
        stated.customer_id,
        stated.customer_state,
        stated.recency_score,
        stated.frequency_score,
        stated.monetary_score,
        cells.segment_id,
        stated.net_revenue_30d,
        stated.net_revenue_365d,
        -- The stages of Emarsys Smart Insight; null before the first purchase.
        case
            when stated.recency_score >= 3 and stated.purchase_class = 'first_time'
                then 'first_time'
            when stated.recency_score >= 3 then 'active'
            when stated.recency_score = 2 then 'defecting'
            when stated.recency_score = 1 then 'inactive'
        end as lifecycle_stage
    from stated
    left join cells
        on
            stated.customer_state = cells.customer_state
            and coalesce(stated.recency_score, 0) = cells.recency_score
            and coalesce(stated.frequency_score, 0) = cells.frequency_score
            and coalesce(stated.monetary_score, 0) = cells.monetary_score

)

select * from segmented
