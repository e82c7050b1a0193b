"""A full disk in one line: what is full, where, and what to do."""

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from stammkunde.paths import Home

# As the system, SQLite and DuckDB word it.
_SIGNS = ("no space left on device", "disk is full", "disk full", "disk quota exceeded")
_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_MEBIBYTE = 1024 * 1024


def is_full(error: BaseException) -> bool:
    """Whether an error, or one behind it, comes from a full disk."""
    return any(
        (isinstance(each, OSError) and each.errno in _ERRNOS) or says_full(str(each))
        for each in _chain(error)
    )


def says_full(text: str) -> bool:
    """Whether a message speaks of a full disk."""
    return any(sign in text.lower() for sign in _SIGNS)


def describe_full_disk(home: Home) -> str:
    """One line for the person who started the run.

    Args:
        home: the home of the run; of it and the folder for temporary files the fuller is meant.
    """
    place = min((home.root, Path(tempfile.gettempdir())), key=_free)
    usage = shutil.disk_usage(place)
    return (
        f"The disk that {place} is on is full ({usage.free / _MEBIBYTE:,.0f} of "
        f"{usage.total / _MEBIBYTE:,.0f} MiB free). Nothing new is published and nothing is torn: "
        "make room there and run again."
    )


def without_repeats(home: Home, reasons: Iterable[str]) -> list[str]:
    """The reasons of a run, all that a full disk led to as one line."""
    kept = list(reasons)
    if any(map(says_full, kept)):
        return [describe_full_disk(home)]
    return kept


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 2**63


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
