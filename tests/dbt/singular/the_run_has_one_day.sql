-- A row is the number of days that the run describes, where it is not one.
with

as_of as (
    select * from {{ ref('as_of') }}
),

days as (
    select count(*) as day_count
    from as_of
    having count(*) <> 1
)

select * from days
