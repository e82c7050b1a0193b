"""What a load did: totals a feed, and a message for everything a person should know.

A message names files, lines, columns and counts. It never holds a value of a file: values may be
data of a person, and messages end up in logs and on pages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """One thing that a person should know.

    Attributes:
        level: ``info`` (nothing to do), ``warning`` (something was left out or set aside) or
            ``error`` (a file was refused).
        code: the kind of problem, for example ``missing_column``; the same as in the ledger.
        text: a sentence, without the file's name and the line.
        file: the file below the landing folder; None where the message is about none.
        line: the line in the file, from 1; None where it is about no line.
    """

    level: Level
    code: str
    text: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """The sentence with its place in front: ``orders/a.csv, line 3: …``."""
        place = ", ".join(
            part for part in (self.file, self.line and f"line {self.line}") if isinstance(part, str)
        )
        return f"{place}: {self.text}" if place else self.text


@dataclass
class FeedTotals:
    """What a load did with one feed; counts of files and rows.

    Attributes:
        files_loaded: files loaded by this load.
        files_known: files that an earlier load had already dealt with, unchanged.
        files_duplicate: files with the content of another file, seen for the first time.
        files_refused: files that were not loaded and need somebody's hand.
        files_waiting: files that are still being written; the next load looks again.
        rows_read: rows of the loaded files; always rows_loaded + rows_unreadable.
        rows_loaded: rows that are now in the raw table.
        rows_unreadable: rows that are in ``raw._unreadable_lines`` instead.
    """

    files_loaded: int = 0
    files_known: int = 0
    files_duplicate: int = 0
    files_refused: int = 0
    files_waiting: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_unreadable: int = 0


@dataclass
class LoadReport:
    """What a load did.

    Attributes:
        source: the source that was loaded.
        batch_id: the ``_batch_id`` of the rows of this load.
        loaded_at: the ``_loaded_at`` of these rows, UTC without offset.
        feeds: totals of each feed of the contract, in its order.
        messages: everything a person should know, in the order of the files.
        rows_held: rows of the source that raw tables hold now, those of earlier loads included.
    """

    source: str
    batch_id: str
    loaded_at: datetime
    feeds: dict[str, FeedTotals]
    messages: list[Message] = field(default_factory=list)
    rows_held: int = 0

    def total(self, figure: str) -> int:
        """Sum of one figure of `FeedTotals` over all feeds."""
        return sum(int(getattr(totals, figure)) for totals in self.feeds.values())

    @property
    def errors(self) -> list[Message]:
        """The messages about refused files."""
        return [message for message in self.messages if message.level == "error"]


@dataclass(frozen=True)
class LoadProgress:
    """How far a load is.

    Attributes:
        feed: the feed that is being read.
        files_done: files dealt with.
        files_total: files of the landing folder that belong to a feed.
        bytes_done: bytes of these files dealt with.
        bytes_total: bytes of all these files.
        rows_loaded: rows read into the raw tables so far; those of the open transaction included.
    """

    feed: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    rows_loaded: int


ProgressCallback = Callable[[LoadProgress], None]
