"""Dagster's event log: whoever reads it with Dagster's own storage finds every event of a run."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.event_log import EventLog
from orchestration.retention import forget_old_runs
from stammkunde.homes import prepare
from stammkunde.paths import PROJECT, Home

# Materialises an asset, and is killed in the next one.
KILLED = """
import os, signal
import dagster as dg

@dg.asset
def kept(): ...

@dg.asset(deps=[kept])
def lost():
    os.kill(os.getpid(), signal.SIGKILL)

dg.materialize([kept, lost], instance=dg.DagsterInstance.get())
"""


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A home with Dagster's settings in it."""
    place = Home(tmp_path / "home")
    prepare(place)
    return place


def dagsters_own(place: Home) -> SqliteEventLogStorage:
    """What reads the log where nobody told Dagster of ours."""
    return SqliteEventLogStorage(str(place.dagster / "history" / "runs"))


def logged(place: Home) -> list[tuple[str, dg.EventLogEntry]]:
    """Type and record of each event, as Dagster's own storage reads them."""
    storage = dagsters_own(place)
    return [
        (str(entry.dagster_event.event_type_value), entry)
        for run_id in storage.get_all_run_ids()
        for entry in storage.get_logs_for_run(run_id)
        if entry.dagster_event
    ]


def test_dagster_reads_what_was_logged(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    @dg.asset
    def kept() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"rows": 3})

    @dg.asset_check(asset=kept)
    def right() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False)

    monkeypatch.setenv("DAGSTER_HOME", str(place.dagster))
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        for _ in range(2):
            assert dg.materialize([kept, right], instance=instance).success
        assert instance.get_latest_materialization_event(dg.AssetKey("kept")) is not None
    types = [event_type for event_type, _ in logged(place)]
    assert types.count("ASSET_MATERIALIZATION") == 2
    assert types.count("ASSET_CHECK_EVALUATION") == 2
    (shared,) = dagsters_own(place).get_asset_records([dg.AssetKey("kept")])
    newest = shared.asset_entry.last_materialization
    assert newest is not None
    assert newest.asset_materialization is not None
    assert newest.asset_materialization.metadata["rows"].value == 3


def test_the_newest_runs_are_kept_and_nothing_of_the_others(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.asset
    def kept() -> None: ...

    @dg.asset_check(asset=kept)
    def right() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    monkeypatch.setenv("DAGSTER_HOME", str(place.dagster))
    runs = place.dagster / "history" / "runs"
    sizes: list[int] = []
    newest: list[str] = []
    with dg.DagsterInstance.get() as instance:
        for number in range(12):
            newest = [dg.materialize([kept, right], instance=instance).run_id, *newest][:3]
            forget_old_runs(instance, kept=3)
            assert [run.run_id for run in instance.get_runs()] == newest
            if number >= 3:
                sizes.append((runs / "index.db").stat().st_size)
    assert {file.stem for file in runs.glob("*.db")} == {"index", *newest}
    with closing(sqlite3.connect(runs / "index.db")) as index:
        for table in ("event_logs", "asset_check_executions"):
            held = index.execute(f"select distinct run_id from {table}").fetchall()
            assert {run_id for (run_id,) in held} == set(newest), table
    assert sizes[-1] < 2 * sizes[0]
    assert {folder.name for folder in (place.dagster / "storage").iterdir()} <= set(newest)


def test_a_killed_process_loses_no_event(place: Home) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(place.dagster), "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    steps = [(event_type, entry.step_key) for event_type, entry in logged(place)]
    assert ("ASSET_MATERIALIZATION", "kept") in steps
    assert steps[-1][1] == "lost"
