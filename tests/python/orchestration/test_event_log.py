"""The event log of a home is Dagster's own, with its databases open."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.event_log import KeptEventLog
from stammkunde.homes import prepare
from stammkunde.paths import PROJECT, Home

RUN_AND_DIE = """
import os, signal
import dagster as dg

@dg.asset
def die(context: dg.AssetExecutionContext):
    context.log.info("the last words")
    os.kill(os.getpid(), signal.SIGKILL)

with dg.DagsterInstance.get() as instance:
    dg.materialize([die], instance=instance)
"""


@dg.asset
def numbers() -> int:
    return 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / "home")
    prepare(home)
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    return home


def test_events_are_read_by_another_process_while_the_log_is_open(home: Home) -> None:
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, KeptEventLog)
        run = dg.materialize([numbers], instance=instance)
        with dg.DagsterInstance.from_config(str(home.dagster)) as other:
            assert len(other.all_logs(run.run_id)) == len(instance.all_logs(run.run_id)) > 5
            assert other.get_latest_materialization_event(dg.AssetKey("numbers")) is not None


def test_at_most_the_index_and_one_run_stay_open(home: Home) -> None:
    assert home.dagster.is_dir()
    with dg.DagsterInstance.get() as instance:
        runs = [dg.materialize([numbers], instance=instance).run_id for _ in range(3)]
        assert all(instance.all_logs(run) for run in runs)
        log = instance.event_log_storage
        assert isinstance(log, KeptEventLog)
        assert len(log._engines) == 2
    assert len(log._engines) == 0


def test_what_a_killed_run_had_said_is_kept(home: Home) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run(
        [sys.executable, "-c", RUN_AND_DIE], env=environment, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed.stderr
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        (run,) = instance.get_runs()
        assert "the last words" in [entry.user_message for entry in instance.all_logs(run.run_id)]
