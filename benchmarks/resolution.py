"""``make bench-resolution``: how well identity resolution finds the people of a simulated shop.

Nothing here is a time: the figures depend on the seed and the rules alone.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.truth import accuracy, households, label, wrong_ties
from simulator import Settings as Simulation
from simulator import simulate
from stammkunde.homes import prepare
from stammkunde.paths import Home

CUSTOMERS = 50_000
DAYS = 730

SHARES = {
    "pairwise precision": "pairwise_precision",
    "recall of the pairs that share a usable identifier": "reachable_recall",
    "recall of all true pairs": "pairwise_recall",
    "pairwise F1": "pairwise_f1",
    "B³ precision": "bcubed_precision",
    "B³ recall": "bcubed_recall",
    "B³ F1": "bcubed_f1",
}
COUNTS = {
    "records": "record_count",
    "people": "person_count",
    "claimed pairs": "claimed_pairs",
    "wrong pairs": "wrong_pairs",
    "pairs that share a usable identifier": "reachable_pairs",
    "of these missed": "missed_pairs",
    "true pairs": "true_pairs",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, resolve, print, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resolution", description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder for the data (default: a temporary one)")
    options = parser.parse_args(arguments)
    work = Path(tempfile.mkdtemp(prefix="bench-", dir=options.work))
    try:
        shop = Simulation(
            customers=options.customers, days=options.days, seed=options.seed, out=work
        )
        console = Console()
        console.print(f"Simulating {options.customers:,} people …")
        simulate(shop)
        home = Home(work)
        prepare(home)
        resolve(home, shop.truth)
        report(home.warehouse, shop.truth, console)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


def resolve(home: Home, truth: Path) -> None:
    """Load the landing files of a home, build up to the customers, and measure them.

    Raises:
        subprocess.CalledProcessError: a step failed; it has said why.
    """
    _run([sys.executable, "-m", "benchmarks.load", str(home.root)], home)
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet"]
    without_tests = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    _run([*dbt, "build", *without_tests, "--select", "+path:models/identity"], home)
    label(home.warehouse, truth)
    _run([*dbt, "run", "--select", "int_identity_quality__truth+"], home)


def _run(command: list[str], home: Home) -> None:
    subprocess.run(command, env={**os.environ, **home.environment()}, check=True)


def report(warehouse: Path, truth: Path, console: Console) -> None:
    """Print what a labelled warehouse holds about its accuracy."""
    found = accuracy(warehouse)
    table = Table(title="Customers against the people of the simulation", title_justify="left")
    table.add_column("")
    for truth_set in found:
        table.add_column(truth_set, justify="right")
        metrics = found[truth_set]
        metrics["wrong_pairs"] = metrics["claimed_pairs"] - metrics["correct_pairs"]
        metrics["missed_pairs"] = metrics["reachable_pairs"] - metrics["reached_pairs"]
    for name, metric in SHARES.items():
        table.add_row(name, *(f"{metrics[metric]:.5f}" for metrics in found.values()))
    table.add_section()
    for name, metric in COUNTS.items():
        table.add_row(name, *(f"{metrics[metric]:,.0f}" for metrics in found.values()))
    console.print(table)

    ties = Table(title="Accepted identifiers of several people", title_justify="left")
    for heading in ("type", "identifiers", "people"):
        ties.add_column(heading, justify="left" if heading == "type" else "right")
    for kind, identifiers, people in wrong_ties(warehouse):
        ties.add_row(kind, f"{identifiers:,}", f"{people:,}")
    console.print(ties)

    homes = households(warehouse, truth)
    rows = Table(title="Households among customers with an address", title_justify="left")
    rows.add_column("")
    rows.add_column("", justify="right")
    rows.add_row("customers", f"{homes.customers:,}")
    rows.add_row("pairwise precision", f"{homes.correct / homes.claimed:.5f}")
    rows.add_row("recall, other last names included", f"{homes.correct / homes.truly:.5f}")
    console.print(rows)


if __name__ == "__main__":
    sys.exit(main())
