"""The daily job without Dagster's UI: the same graph, in process, with progress on the terminal."""

import logging
import os
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime

import dagster as dg
from rich.console import Console
from rich.text import Text

from orchestration.defs.daily import JOB
from stammkunde import progress, unchanged
from stammkunde.engines import chosen_engine
from stammkunde.full_disk import describe_full_disk, is_full, without_repeats
from stammkunde.homes import HomeError, hold, prepare, require_checkout
from stammkunde.parsed import DbtProjectError
from stammkunde.paths import Home, home
from stammkunde.settings import Settings, SettingsError, from_environment
from stammkunde.spark import SparkError
from stammkunde.summary import nothing_new, summarise

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
        require_checkout()
        settings = from_environment()
        prepare(place)
        with hold(place):
            return _run(settings, place, console)
    except (HomeError, SettingsError, SparkError, DbtProjectError) as error:
        said = describe_full_disk(place) if is_full(error) else str(error)
        console.print(Text(said, style="red"))
        return 2
    except Exception as error:
        # Dagster's own records lie in the home too: on a full disk it cannot even write that a step
        # failed, and raises.
        if not is_full(error):
            raise
        _hush()
        console.print(Text(f"✗ {describe_full_disk(place)}", style="red"))
        return 1


def _hush() -> None:
    """Leave out what generators and loggers say while they are torn down without any room."""
    logging.raiseExceptions = False
    sys.unraisablehook = lambda _: None


def _run(settings: Settings, place: Home, console: Console) -> int:
    started_at = datetime.now(UTC).replace(tzinfo=None)
    engine = chosen_engine()
    given = unchanged.look_around(settings, place)
    last = unchanged.last_run_for(place, given) if engine.loads_files else None
    if last and not os.environ.get("STAMMKUNDE_FORCE"):
        console.print(nothing_new(place, last))
        return 0
    os.environ.update({**place.environment(), **engine.environment(place)})
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
            log.writelines(f"{message}\n" for message in display.warnings + display.reasons)
    reasons = without_repeats(place, display.reasons)
    if not result.success and not reasons:
        reasons = [f"The reason is in {place.run_log}."]
    console.print(summarise(place, settings, engine, started_at, display.warnings, reasons))
    if result.success and engine.loads_files:
        unchanged.write_down(place, given, display.warnings)
    return 0 if result.success else 1
