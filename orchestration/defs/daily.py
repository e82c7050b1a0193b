"""The daily run: one job over the whole graph, and when it starts."""

from typing import Any

import dagster as dg

from orchestration.defs.day import due_run
from orchestration.defs.publish import page_after_a_red_run
from stammkunde.settings import Settings

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


def daily_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Every morning, after the night's files have landed; for the day that is due, seen or not."""

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return due_run(context, settings)

    return dg.ScheduleDefinition(
        name=f"{JOB}_schedule",
        job_name=JOB,
        execution_fn=request,
        cron_schedule="30 5 * * *",
        execution_timezone="Europe/Berlin",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
