"""The daily job without Dagster's UI: the same graph, in process, with progress on the terminal."""

import os
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime

import dagster as dg
from rich.console import Console
from rich.text import Text

from orchestration.defs.daily import JOB
from orchestration.defs.dbt import DbtProjectError
from stammkunde import progress
from stammkunde.homes import HomeInUseError, NoCheckoutError, hold, prepare
from stammkunde.paths import Home, home
from stammkunde.settings import Settings, SettingsError, from_environment
from stammkunde.summary import summarise

# The event log in the home keeps everything; the terminal shows stages and the summary.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def main() -> int:
    """Run once for the settings of the environment.

    Returns:
        Exit code: 0 after a good run, 1 after a red one, 2 where the run could not begin.
    """
    console = Console(file=sys.stdout)  # the stream of now: later output is turned away from it
    try:
        place = home()
        prepare(place)
        settings = from_environment()
        with hold(place):
            return _run(settings, place, console)
    except (NoCheckoutError, SettingsError, HomeInUseError, DbtProjectError) as error:
        console.print(Text(str(error), style="red"))
        return 2


def _run(settings: Settings, place: Home, console: Console) -> int:
    started_at = datetime.now(UTC).replace(tzinfo=None)
    os.environ.update(place.environment())
    with progress.on_terminal(console) as display:
        display.stage("Read the dbt project")
        # Reading the project asks for the environment that was only now set.
        from orchestration.definitions import definitions

        job = definitions().resolve_job_def(JOB)
        log = place.run_log.open("a", encoding="utf-8")
        with log, redirect_stdout(log), dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(
                run_config=QUIET, instance=instance, raise_on_error=False
            )
    problems = [] if result.success else _problems(result)
    console.print(summarise(place, settings, started_at, problems))
    return 0 if result.success else 1


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """What went wrong, in the words of the checks and steps that failed."""
    failed_checks = [
        evaluation.description
        or f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    ]
    failed_steps = [
        f"Step {event.step_key}: {_reason(event)} (more in {home().run_log})"
        for event in result.all_events
        if event.is_step_failure and not failed_checks
    ]
    return failed_checks + failed_steps


def _reason(event: dg.DagsterEvent) -> str:
    """The innermost message of a failed step, without the stack."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    message = error.message.strip() if error else "failed"
    return message.split("Errors parsed from dbt logs:")[-1].strip()
