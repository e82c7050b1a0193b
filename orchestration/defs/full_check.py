"""Every data test over all rows, each week: a daily run asks large tables of new rows alone."""

import json

import dagster as dg
from dagster_dbt import DbtCliResource

from stammkunde.paths import Home
from stammkunde.settings import Settings

JOB = "full_check"


def full_check_job(settings: Settings, place: Home) -> dg.JobDefinition:
    """The job; it builds nothing, and fails where a test does."""

    @dg.op
    def ask_every_test(dbt: DbtCliResource) -> None:
        """Runs dbt's data tests on what was built last."""
        variables = json.dumps({**settings.dbt_vars(), "full_checks": True})
        command = ["test", "--exclude-resource-type", "unit_test", "--vars", variables]
        dbt.cli(command, target_path=place.target / JOB).wait()

    @dg.job(name=JOB, executor_def=dg.in_process_executor)
    def full_check() -> None:
        """Asks every data test of all rows."""
        ask_every_test()

    return full_check


def weekly_schedule(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Sundays, when the daily run has ended."""
    return dg.ScheduleDefinition(
        name=f"{JOB}_schedule",
        job=job,
        cron_schedule="0 9 * * 0",
        execution_timezone="Europe/Berlin",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
