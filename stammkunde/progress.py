"""Progress that a person can follow: stages with a count, on the terminal or nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars


class Progress(Protocol):
    """Where the steps of a run report to."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Begin a stage of ``total`` steps (None: not known); the stage before it is over."""

    def advance(self, steps: int = 1) -> None:
        """Some steps of the stage are done."""

    def reach(self, done: int, total: int) -> None:
        """``done`` steps of the stage are done, of ``total`` that only its work made known."""

    def warn(self, message: str) -> None:
        """The run goes on, but somebody should know; without data of a person."""

    def stop(self, reason: str) -> None:
        """The run ends here, for this reason; without data of a person."""


class Silent:
    """Reports nowhere: tests, schedules and Dagster's own pages."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Nothing to show."""

    def advance(self, steps: int = 1) -> None:
        """Nothing to show."""

    def reach(self, done: int, total: int) -> None:
        """Nothing to show."""

    def warn(self, message: str) -> None:
        """Nothing to show."""

    def stop(self, reason: str) -> None:
        """Nothing to show."""


class Terminal:
    """One line a stage, with a bar, a count and the time it took.

    Attributes:
        warnings: what the run's steps warned of.
        reasons: what stopped the run.
    """

    def __init__(self, bars: Bars) -> None:
        """Report to the given bars."""
        self.warnings: list[str] = []
        self.reasons: list[str] = []
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, title: str, total: int | None = None) -> None:
        """Close the stage before and open a new line."""
        self.close()
        self._task = self._bars.add_task(title, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the bar of the open stage."""
        if self._task is not None:
            self._bars.advance(self._task, steps)

    def reach(self, done: int, total: int) -> None:
        """Move the bar of the open stage, and its end."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def warn(self, message: str) -> None:
        """Keep the message for the end of the run."""
        self.warnings.append(message)

    def stop(self, reason: str) -> None:
        """Keep the reason for the end of the run."""
        self.reasons.append(reason)

    def close(self) -> None:
        """Stop the clock of the open stage."""
        if self._task is not None:
            task = next(task for task in self._bars.tasks if task.id == self._task)
            self._bars.update(self._task, total=task.completed or 1, completed=task.completed or 1)
            self._bars.stop_task(self._task)


_current: ContextVar[Progress] = ContextVar("progress", default=Silent())  # noqa: B039 # stateless


def current() -> Progress:
    """The progress display of this run."""
    return _current.get()


@contextmanager
def on_terminal(console: Console) -> Iterator[Terminal]:
    """Show the stages reported inside the block on ``console``."""
    columns = (
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console) as bars:
        terminal = Terminal(bars)
        token = _current.set(terminal)
        try:
            yield terminal
        finally:
            terminal.close()
            _current.reset(token)
