"""Faults: each does what its name says, to its day only, and is in the truth's record."""

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from simulator import FAULTS, Settings, SimulatorError, plant, simulate
from simulator.reading import digest, rows_of
from simulator.settings import Summary

END = dt.date(2025, 12, 31)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return simulate(Settings(900, 40, 5, tmp_path_factory.mktemp("clean")))


def broken(tmp_path: Path, *faults: str) -> Summary:
    return simulate(Settings(900, 40, 5, tmp_path, plant=faults))


def last(summary: Summary, feed: str) -> Path:
    (path,) = (summary.landing / feed).glob(f"{feed}_{END}.*")
    return path


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_fault_is_recorded_and_touches_only_the_last_days(
    name: str, clean: Summary, tmp_path: Path
) -> None:
    summary = broken(tmp_path, name)
    before, after = digest(clean.landing), digest(summary.landing)
    changed = {file for file in before if before[file] != after.get(file)}
    record = pq.read_table(summary.truth / "faults.parquet").to_pylist()
    assert {row["file"] for row in record} == changed
    assert {row["fault"] for row in record} == {name}
    assert all(row["day"] >= END - dt.timedelta(days=1) for row in record)
    assert summary.faults[name] == sum(row["rows_affected"] for row in record) > 0


def test_clean_simulation_records_no_fault(clean: Summary) -> None:
    assert pq.read_table(clean.truth / "faults.parquet").num_rows == 0


def test_mobile_events_lost_spares_other_devices(clean: Summary, tmp_path: Path) -> None:
    summary = broken(tmp_path, "mobile_events_lost")
    whole, rest = rows_of(last(clean, "events")), rows_of(last(summary, "events"))
    mobile = sum(row["device_type"] == "mobile" for row in whole)
    assert len(whole) - len(rest) == round(0.3 * mobile)
    assert sum(row["device_type"] != "mobile" for row in rest) == len(whole) - mobile


def test_volume_lost_takes_three_in_ten(clean: Summary, tmp_path: Path) -> None:
    summary = broken(tmp_path, "volume_lost")
    whole, rest = rows_of(last(clean, "events")), rows_of(last(summary, "events"))
    assert len(rest) == len(whole) - round(0.3 * len(whole))


def test_duplicate_events_repeats_keys(clean: Summary, tmp_path: Path) -> None:
    keys = [
        row["event_key"] for row in rows_of(last(broken(tmp_path, "duplicate_events"), "events"))
    ]
    whole = len(rows_of(last(clean, "events")))
    assert len(keys) == whole + round(0.15 * whole)
    assert len(set(keys)) == whole


def test_amounts_null_empties_required_fields(tmp_path: Path) -> None:
    summary = broken(tmp_path, "amounts_null")
    for feed, column in (("orders", "currency"), ("order_lines", "unit_price")):
        rows = rows_of(last(summary, feed))
        assert sum(row[column] is None for row in rows) == max(1, round(0.02 * len(rows)))


def test_feed_stops_for_two_days(clean: Summary, tmp_path: Path) -> None:
    summary = broken(tmp_path, "feed_stops")
    names = {path.name for path in (summary.landing / "events").iterdir()}
    gone = {path.name for path in (clean.landing / "events").iterdir()} - names
    assert gone == {"events_2025-12-30.parquet", "events_2025-12-31.parquet"}


def test_bad_rows_keep_the_number_of_rows(clean: Summary, tmp_path: Path) -> None:
    summary = broken(tmp_path, "bad_rows")
    for feed in ("orders", "order_lines"):
        rows = rows_of(last(summary, feed))
        assert len(rows) == len(rows_of(last(clean, feed)))
    orders = rows_of(last(summary, "orders"))
    assert any(row["status"] == "teleported" for row in orders)
    assert any(row["ordered_at"] == "2025-02-30T25:61:00Z" for row in orders)
    assert any(row["quantity"] == "three" for row in rows_of(last(summary, "order_lines")))


def test_fault_can_be_planted_later(clean: Summary, tmp_path: Path) -> None:
    del clean
    summary = simulate(Settings(900, 40, 5, tmp_path))
    counts = plant(summary.landing, summary.truth, END, ["volume_lost"], seed=5)
    assert counts["volume_lost"] > 0
    assert pq.read_table(summary.truth / "faults.parquet").num_rows == 1
    with pytest.raises(SimulatorError, match="unknown fault"):
        plant(summary.landing, summary.truth, END, ["storm"], seed=5)
    with pytest.raises(SimulatorError, match="no events file"):
        plant(summary.landing, summary.truth, dt.date(2030, 1, 1), ["volume_lost"], seed=5)


def test_command_says_what_it_wrote_and_what_is_wrong(tmp_path: Path) -> None:
    import typer

    from simulator.cli import run

    app = typer.Typer()
    app.command()(run)
    arguments = [
        "--customers",
        "50",
        "--days",
        "10",
        "--seed",
        "1",
        "--out",
        str(tmp_path / "shop"),
    ]
    runner = CliRunner()
    good = runner.invoke(app, [*arguments, "--plant", "volume_lost"])
    assert good.exit_code == 0, good.output
    assert "fault planted: volume_lost" in good.output
    for extra in (["--plant", "storm"], ["--end", "tomorrow"], ["--days", "0"], []):
        assert runner.invoke(app, [*arguments, *extra]).exit_code == 2
