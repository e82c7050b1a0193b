"""``make bench``: load and full build on two sizes of the same shop.

Seconds depend on the machine; the figures to compare are ratios of one run: the cost against one
scan-and-sort of the same raw rows in bare DuckDB, and the growth from the small shop to the large.
"""

import argparse
import json
import os
import resource
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


@dataclass(frozen=True)
class Measurement:
    """One size of the shop.

    Attributes:
        events: tracked events.
        rows: raw rows of all feeds.
        load_seconds: landing files into raw tables.
        build_seconds: dbt build of everything, with its data tests.
        sort_seconds: the same raw rows, read and sorted once in bare DuckDB.
        peak_gibibytes: largest resident memory of any process of load and build.
        models: seconds by model.
    """

    events: int
    rows: int
    load_seconds: float
    build_seconds: float
    sort_seconds: float
    peak_gibibytes: float
    models: dict[str, float]

    @property
    def ratio(self) -> float:
        """Load and build, in scan-and-sorts of the raw rows."""
        return (self.load_seconds + self.build_seconds) / self.sort_seconds


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
    """Simulate, then load and build in processes of their own, so that memory can be told apart."""
    customers = round(events / Simulation.events_per_person)
    console.print(f"Simulating about {events:,} events ({customers:,} people) …")
    prepare(home)
    size = ["--customers", str(customers), "--days", str(DAYS), "--seed", str(seed)]
    _run([sys.executable, "-m", "simulator", *size, "--out", str(home.root)], home)
    before = _children_peak()
    load_seconds = _timed(
        lambda: _run([sys.executable, "-m", "benchmarks.load", str(home.root)], home)
    )
    dbt = str(Path(sys.executable).with_name("dbt"))
    build_seconds = _timed(
        lambda: _run([dbt, "--quiet", "build", "--exclude-resource-type", "unit_test"], home)
    )
    rows, event_rows, sort_seconds = _scan_and_sort(home.warehouse)
    return Measurement(
        events=event_rows,
        rows=rows,
        load_seconds=load_seconds,
        build_seconds=build_seconds,
        sort_seconds=sort_seconds,
        peak_gibibytes=max(_children_peak(), before) / 2**20,
        models=_model_seconds(home),
    )


def _run(command: list[str], home: Home) -> None:
    subprocess.run(command, env={**os.environ, **home.environment()}, check=True)


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _children_peak() -> int:
    """Largest resident memory of any child so far, in KiB (as Linux counts it)."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


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


def _model_seconds(home: Home) -> dict[str, float]:
    results = json.loads((home.root / "target" / "run_results.json").read_text(encoding="utf-8"))
    return {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in results["results"]
        if result["unique_id"].startswith("model.")
    }


def _report(measurements: Sequence[Measurement]) -> Table:
    table = Table(title="Load and full build", title_justify="left")
    table.add_column("")
    for measurement in measurements:
        table.add_column(f"{measurement.events:,} events", justify="right")

    def line(name: str, show: Callable[[Measurement], str]) -> None:
        table.add_row(name, *(show(measurement) for measurement in measurements))

    line("raw rows, all feeds", lambda one: f"{one.rows:,}")
    line("load, s", lambda one: f"{one.load_seconds:.1f}")
    line("build, s", lambda one: f"{one.build_seconds:.1f}")
    line("scan-and-sort, s", lambda one: f"{one.sort_seconds:.1f}")
    line("ratio to scan-and-sort", lambda one: f"{one.ratio:.1f}")
    line("peak memory, GiB", lambda one: f"{one.peak_gibibytes:.2f}")
    first = measurements[0]

    def growth(one: Measurement) -> str:
        return f"{(one.build_seconds / first.build_seconds) / (one.rows / first.rows):.2f}"

    line("growth of the build per growth of the data", growth)
    table.add_section()
    last = measurements[-1].models
    for name in sorted(last, key=last.__getitem__, reverse=True)[:DEAREST]:
        table.add_row(f"{name}, s", *(f"{one.models.get(name, 0):.1f}" for one in measurements))
    return table


if __name__ == "__main__":
    sys.exit(main())
