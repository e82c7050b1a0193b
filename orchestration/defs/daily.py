"""The daily run: one job over the whole graph, and when it starts."""

from typing import Any

import dagster as dg

from orchestration.defs.publish import page_after_a_red_run

JOB = "daily"


def daily_jobs() -> list[Any]:  # Dagster's own type for an unresolved job is not public
    """Load, build, check, publish and show, in one process: DuckDB has one writer."""
    job = dg.define_asset_job(
        name=JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        hooks={page_after_a_red_run},
        description="Landing files in, published marts and the page out; stops at a red gate.",
    )
    return [job]


def daily_schedule() -> dg.ScheduleDefinition:
    """Every morning, after the night's files have landed."""
    return dg.ScheduleDefinition(
        job_name=JOB,
        cron_schedule="30 5 * * *",
        execution_timezone="Europe/Berlin",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
