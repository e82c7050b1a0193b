"""``python -m simulator``: the simulator at the command line."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simulator.faults import FAULTS
from simulator.run import simulate
from simulator.settings import Settings, SimulatorError, Summary

_FAULT_HELP = "Fault to plant; repeatable. " + "; ".join(
    f"{name}: {(function.__doc__ or '').splitlines()[0]}" for name, function in FAULTS.items()
)
_LABELS = {"people": "people live", "files": "days written", "faults": "faults planted"}


def _show(console: Console, summary: Summary) -> None:
    table = Table("feed", "files", "rows", title="unchanged" if summary.reused else None)
    for column in table.columns[1:]:
        column.justify = "right"
    for feed, rows in summary.rows.items():
        table.add_row(feed, f"{summary.files[feed]:,}", f"{rows:,}")
    console.print(table)
    people = ", ".join(f"{count:,} {kind}s" for kind, count in summary.people.items())
    console.print(f"people planned: {people}")
    for name, count in summary.faults.items():
        console.print(f"fault planted: {name}, {count:,} rows")
    console.print(f"landing files: {summary.landing}", soft_wrap=True)
    console.print(f"truth: {summary.truth}", soft_wrap=True)


def run(
    customers: Annotated[int, typer.Option(help="People who come to the shop.")],
    days: Annotated[int, typer.Option(help="Length of the history in days.")],
    seed: Annotated[int, typer.Option(help="Same settings, same seed: same bytes.")],
    out: Annotated[Path, typer.Option(help="Folder that gets landing/shop and truth.")],
    end: Annotated[str, typer.Option(help="Last day of the history.")] = "2025-12-31",
    plant: Annotated[list[str] | None, typer.Option(help=_FAULT_HELP)] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Remove what landing/shop and truth hold.")
    ] = False,
) -> None:
    """Simulate a web shop: landing files of nine feeds, one a day, and the truth apart from them.

    Ends with 0 when the files are there, and with 2 when a setting or the folder is at fault.
    """
    console = Console()
    try:
        try:
            last = dt.date.fromisoformat(end)
        except ValueError:
            raise SimulatorError(f"end must be a day such as 2025-12-31, not {end}") from None
        settings = Settings(customers, days, seed, out, last, tuple(plant or ()))
        with Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as bars:
            tasks = {}

            def tell(step: str, done: int, total: int) -> None:
                if step not in tasks:
                    tasks[step] = bars.add_task(_LABELS[step], total=total)
                bars.update(tasks[step], completed=done, total=total)

            summary = simulate(settings, tell, overwrite)
    except SimulatorError as error:
        Console(stderr=True).print(f"simulator: {error}", soft_wrap=True)
        raise typer.Exit(2) from None
    _show(console, summary)


def main() -> None:
    """Entry point."""
    typer.run(run)
