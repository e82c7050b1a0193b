"""``make bench``: a first run, a day, and nothing new, on two sizes of the same shop.

Seconds depend on the machine; the figures to compare are ratios of one run: the cost against one
scan-and-sort of the same raw rows in bare DuckDB, a day against the first run, and the growth from
the small shop to the large.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from simulator import Settings as Simulation
from stammkunde.homes import prepare
from stammkunde.paths import Home

SOURCE = "shop"
DAYS = 730
DEAREST = 10
DAY_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Command:
    """One command, and the processes that it started.

    Attributes:
        seconds: from its start to its end.
        peak_gibibytes: largest resident memory of any of them.
    """

    seconds: float
    peak_gibibytes: float


@dataclass(frozen=True)
class Measurement:
    """One size of the shop.

    Attributes:
        events: tracked events.
        rows: raw rows of all feeds.
        load: landing files of all days but the last into raw tables.
        rest: the first run after it: build, gates, marts, page.
        build_seconds: dbt's part of that.
        sort_seconds: the same raw rows, read and sorted once in bare DuckDB.
        day: the run after the files of the last day had landed.
        nothing: the run after that.
        nodes: seconds by model and test, in the first run.
        day_nodes: seconds by model and test, in the run of the day.
        warehouse_bytes: size of the warehouse after the runs.
    """

    events: int
    rows: int
    load: Command
    rest: Command
    build_seconds: float
    sort_seconds: float
    day: Command
    nothing: Command
    nodes: dict[str, float]
    day_nodes: dict[str, float]
    warehouse_bytes: int

    @property
    def ratio(self) -> float:
        """Load and build, in scan-and-sorts of the raw rows."""
        return (self.load.seconds + self.build_seconds) / self.sort_seconds

    @property
    def full_seconds(self) -> float:
        """The whole first run."""
        return self.load.seconds + self.rest.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 4_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder for the data (default: a temporary one)")
    options = parser.parse_args(arguments)
    console = Console()
    measurements = []
    for events in options.events:
        work = Path(tempfile.mkdtemp(prefix="bench-", dir=options.work))
        try:
            measurements.append(_measure(events, options.seed, Home(work), console))
        finally:
            shutil.rmtree(work, ignore_errors=True)
    console.print(_report(measurements))
    return 0


def _measure(events: int, seed: int, home: Home, console: Console) -> Measurement:
    """Simulate, run on all days but the last, then on the last, then on nothing."""
    customers = round(events / Simulation.events_per_person)
    console.print(f"Simulating about {events:,} events ({customers:,} people) …")
    prepare(home)
    size = ["--customers", str(customers), "--days", str(DAYS), "--seed", str(seed)]
    _run([sys.executable, "-m", "simulator", *size, "--out", str(home.root)], home)
    held_back = _hold_back_the_last_day(home)
    load = _run([sys.executable, "-m", "benchmarks.load", str(home.root)], home)
    run = [sys.executable, "-m", "orchestration"]
    rest = _run(run, home)
    nodes, build_seconds = _node_seconds(home)
    for aside, file in held_back:
        aside.rename(file)
    day = _run(run, home)
    day_nodes, _ = _node_seconds(home)
    nothing = _run(run, home)
    warehouse_bytes = home.warehouse.stat().st_size
    rows, event_rows, sort_seconds = _scan_and_sort(home.warehouse)
    return Measurement(
        events=event_rows,
        rows=rows,
        load=load,
        rest=rest,
        build_seconds=build_seconds,
        sort_seconds=sort_seconds,
        day=day,
        nothing=nothing,
        nodes=nodes,
        day_nodes=day_nodes,
        warehouse_bytes=warehouse_bytes,
    )


def _hold_back_the_last_day(home: Home) -> list[tuple[Path, Path]]:
    """Move the files of the newest day aside; where each is now, and where it belongs."""
    files = [file for file in (home.landing / SOURCE).glob("*/*") if file.is_file()]
    days = {file: found.group() for file in files if (found := DAY_IN_NAME.search(file.name))}
    newest = max(days.values())
    aside = home.root / "held_back"
    aside.mkdir()
    held_back = [
        (aside / f"{file.parent.name}_{file.name}", file)
        for file, day in days.items()
        if day == newest
    ]
    for place, file in held_back:
        file.rename(place)
    return held_back


def _run(command: list[str], home: Home) -> Command:
    """Run a command to its good end, in a process whose memory is told apart from the others'."""
    environment = {**os.environ, **home.environment(), "STAMMKUNDE_SOURCE": SOURCE}
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    # Of the process and of those that it waited for, in KiB (as Linux counts it).
    return Command(time.perf_counter() - start, usage.ru_maxrss / 2**20)


def _scan_and_sort(warehouse: Path) -> tuple[int, int, float]:
    """Rows, events and seconds of reading every raw table once and writing it sorted."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false; set threads = 2")
        tables = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw'"
                " and starts_with(table_name, ?)",
                [f"{SOURCE}__"],
            ).fetchall()
        ]
        counts = {
            name: connection.execute(f"select count(*) from raw.{name}").fetchall()[0][0]
            for name in tables
        }
        connection.execute("create schema scan_and_sort")
        start = time.perf_counter()
        for name in tables:
            connection.execute(
                f"create table scan_and_sort.{name} as select * from raw.{name} order by 1, 2"
            )
        seconds = time.perf_counter() - start
    return sum(counts.values()), counts[f"{SOURCE}__events"], seconds


def _node_seconds(home: Home) -> tuple[dict[str, float], float]:
    """Seconds by model and test, and of dbt as a whole, in the last run."""
    nodes: dict[str, float] = {}
    seconds = 0.0
    for file in home.target.glob("*/run_results.json"):
        results = json.loads(file.read_text(encoding="utf-8"))
        seconds += results["elapsed_time"]
        for result in results["results"]:
            kind, _, name, *_ = result["unique_id"].split(".")
            if kind in ("model", "test"):
                shown = name if kind == "model" else f"test {name}"
                nodes[shown] = result["execution_time"]
    return nodes, seconds


def _report(measurements: Sequence[Measurement]) -> Table:
    table = Table(title="A first run, a day, and nothing new", title_justify="left")
    table.add_column("")
    for measurement in measurements:
        table.add_column(f"{measurement.events:,} events", justify="right")
    first, last = measurements[0], measurements[-1]

    def line(name: str, show: Callable[[Measurement], str]) -> None:
        table.add_row(name, *(show(measurement) for measurement in measurements))

    def growth(of: Callable[[Measurement], float]) -> Callable[[Measurement], str]:
        return lambda one: f"{of(one) / of(first):.2f}"

    def dearest(title: str, of: Callable[[Measurement], dict[str, float]]) -> None:
        table.add_section()
        seconds = of(last)
        for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:DEAREST]:
            table.add_row(
                f"{title} {name}, s", *(f"{of(one).get(name, 0):.1f}" for one in measurements)
            )

    line("raw rows, all feeds", lambda one: f"{one.rows:,}")
    line("growth of the data", growth(lambda one: one.rows))
    line("bytes on disk per raw row", lambda one: f"{one.warehouse_bytes / one.rows:.0f}")
    table.add_section()
    line("load, s", lambda one: f"{one.load.seconds:.1f}")
    line("dbt, s", lambda one: f"{one.build_seconds:.1f}")
    line("scan-and-sort, s", lambda one: f"{one.sort_seconds:.1f}")
    line("load and dbt, in scan-and-sorts", lambda one: f"{one.ratio:.1f}")
    line("growth of dbt's part", growth(lambda one: one.build_seconds))
    table.add_section()
    line("first run, s", lambda one: f"{one.full_seconds:.1f}")
    line("a day, s", lambda one: f"{one.day.seconds:.1f}")
    line("a day, in first runs", lambda one: f"1/{one.full_seconds / one.day.seconds:.1f}")
    line("growth of a day", growth(lambda one: one.day.seconds))
    line("nothing new, s", lambda one: f"{one.nothing.seconds:.1f}")
    table.add_section()
    line("peak memory of the load, GiB", lambda one: f"{one.load.peak_gibibytes:.2f}")
    line("peak memory of the first run, GiB", lambda one: f"{one.rest.peak_gibibytes:.2f}")
    line("peak memory of a day, GiB", lambda one: f"{one.day.peak_gibibytes:.2f}")
    dearest("first:", lambda one: one.nodes)
    dearest("day:", lambda one: one.day_nodes)
    return table


if __name__ == "__main__":
    sys.exit(main())
