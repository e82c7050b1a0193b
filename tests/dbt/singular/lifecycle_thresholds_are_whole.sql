-- A row is a purchase class without thresholds, or with thresholds that cannot be: every buyer is
-- of class first_time or repeat, and nobody is inactive before being defecting.
with

thresholds as (

    select
        purchase_class,
        defection_days,
        inactivity_days
    from {{ ref('lifecycle_thresholds') }}

),

classes as (

    select 'first_time' as purchase_class
    union all
    select 'repeat' as purchase_class

),

faulty as (

    select classes.purchase_class
    from classes
    left join thresholds
        on classes.purchase_class = thresholds.purchase_class
    where
        thresholds.purchase_class is null
        or thresholds.defection_days is null
        or thresholds.inactivity_days is null
        or thresholds.defection_days <= 0
        or thresholds.inactivity_days <= thresholds.defection_days

)

select * from faulty
