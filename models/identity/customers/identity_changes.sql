{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }} -- a log: nothing in it can be computed again

{{ unlogged_changes(
    ref('int_identity__changes'),
    ref('identity_crosswalk'),
    this if is_incremental() else none,
) }}
