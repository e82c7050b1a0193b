"""Of Dagster's runs the newest are kept, and no event and no file of the others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from orchestration.retention import forget_old_runs
from stammkunde.homes import prepare
from stammkunde.paths import Home


def test_the_newest_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec("good", asset="kept")])
    def kept() -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

    place = Home(tmp_path / "home")
    prepare(place)
    monkeypatch.setenv("DAGSTER_HOME", str(place.dagster))
    runs = place.dagster / "history" / "runs"
    newest: list[str] = []
    with dg.DagsterInstance.get() as instance:
        for _ in range(6):
            newest = [dg.materialize([kept], instance=instance).run_id, *newest][:3]
            forget_old_runs(instance, kept=3)
            assert [run.run_id for run in instance.get_runs()] == newest
    assert {file.name.split(".")[0] for file in runs.iterdir()} == {"index", *newest}
    with closing(sqlite3.connect(runs / "index.db")) as index:
        for table in ("event_logs", "asset_check_executions"):
            held = index.execute(f"select distinct run_id from {table}").fetchall()
            assert {run_id for (run_id,) in held} == set(newest)
    assert {folder.name for folder in (place.dagster / "storage").iterdir()} <= set(newest)
