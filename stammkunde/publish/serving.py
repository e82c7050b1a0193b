"""The serving folder: versions, the link to the current one, the lock, and how to read them.

``serving/stammkunde.duckdb`` is a relative link to ``versions/<version>/stammkunde.duckdb``. A
version's path is never used twice: DuckDB keeps a database open by its path within a process, and a
reader of a replaced file would see the old one for ever.

DuckDB names a file's catalog after the file, before or behind the link. So both have one name, the
same in every version, and not that of schema ``marts``: before DuckDB 1.5, and in every ATTACH,
``marts.fct_orders`` in a catalog ``marts`` is ambiguous.
"""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from stammkunde.publish.contract import PublishError

FILE = "stammkunde.duckdb"
LINK = FILE
# The name of the link in version 0.1, kept for those who have it in a script.
OLD_LINK = "marts.duckdb"
SCHEMA = "marts"
VERSIONS_KEPT = 3

# Everything half-made starts so.
BUILDING = ".building-"
_LOCK = ".publish.lock"
_FOLDER = "versions"
_VERSION_FORMAT = "%Y%m%dT%H%M%S%fZ"
_VERSION = re.compile(r"\d{8}T\d{12}Z")
_OLD_FILE = re.compile(r"marts-(\d{8}T\d{12}Z)\.duckdb")


class NothingPublishedError(PublishError):
    """There is no published version yet."""


def version_file(serving: Path, version: str) -> Path:
    """Path of a version's file."""
    return serving / _FOLDER / version / FILE


def building_file(serving: Path, version: str) -> Path:
    """Path at which a version's file is made; its folder is made here."""
    folder = serving / f"{BUILDING}{version}"
    folder.mkdir()
    return folder / FILE


def name(serving: Path, version: str) -> None:
    """Give a finished file its place among the versions, at one stroke."""
    folders = serving / _FOLDER
    folders.mkdir(exist_ok=True)
    building = serving / f"{BUILDING}{version}"
    sync(building)
    building.rename(folders / version)
    sync(folders)
    sync(serving)


def versions(serving: Path) -> list[str]:
    """The versions that lie in the folder, oldest first, current or not."""
    folders = (serving / _FOLDER).glob("*")
    found = (folder.name for folder in folders if _VERSION.fullmatch(folder.name))
    return sorted(version for version in found if version_file(serving, version).exists())


def current_version(serving: Path) -> str | None:
    """The version that the link names, or None if it names none that exists.

    Raises:
        PublishError: a file of the user's own stands where the link belongs.
    """
    version = _linked_version(serving)
    return version if version and version_file(serving, version).exists() else None


def _linked_version(serving: Path) -> str | None:
    link = serving / LINK
    if not link.is_symlink():
        if link.exists():
            raise PublishError(f"{link} is a file and not our link: move it away.")
        return None
    version = link.readlink().parent.name
    return version if _VERSION.fullmatch(version) else None


def next_version(serving: Path) -> str:
    """A version later than all that lie in the folder, even if the clock was set back."""
    now = datetime.now(UTC)
    if existing := versions(serving):
        newest = datetime.strptime(existing[-1], _VERSION_FORMAT).replace(tzinfo=UTC)
        now = max(now, newest + timedelta(microseconds=1))
    return now.strftime(_VERSION_FORMAT)


def open_marts(serving: Path) -> duckdb.DuckDBPyConnection:
    """Open the current version, read-only.

    The link is resolved first (DuckDB 2.0 does so itself, which no older one promises), so that a
    process that has an older version open does not get that one again. The connection keeps its
    version for as long as it lives.

    Args:
        serving: the serving folder.

    Returns:
        A connection; the marts lie in schema ``marts``.

    Raises:
        NothingPublishedError: nothing is published there.
        duckdb.Error: the file cannot be read.
    """
    while True:
        version = _linked_version(serving)
        if version is None:
            raise NothingPublishedError(f"Nothing is published in {serving} yet.")
        file = version_file(serving, version)
        try:
            return duckdb.connect(file.resolve(), read_only=True)
        except duckdb.IOException:
            if file.exists():
                raise
            # Three publishes between the two steps take the file away: then a newer one is linked.
            if _linked_version(serving) == version:
                raise NothingPublishedError(f"{file} is linked as current but missing.") from None


@contextlib.contextmanager
def only_publisher(serving: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the folder's lock. The system frees it when its holder dies, however it dies.

    Args:
        serving: the serving folder; must exist.
        wait_seconds: how long to wait for another publisher.

    Raises:
        PublishError: another publisher held the lock all the time.
    """
    with (serving / _LOCK).open("a+", encoding="ascii") as lock:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    lock.seek(0)
                    holder = lock.read().strip() or "unknown"
                    raise PublishError(
                        f"Another publish (process {holder}) still works in {serving} after "
                        f"{wait_seconds:g} s of waiting."
                    ) from None
                time.sleep(0.05)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def published_day(serving: Path) -> date | None:
    """The day that the current version describes; None where nothing is published."""
    if current_version(serving) is None:
        return None
    with open_marts(serving) as marts:
        rows = marts.execute("select as_of_date from marts._publication").fetchall()
    day: date | None = rows[0][0]
    return day


def clean(serving: Path) -> None:
    """Take away what a killed publish left. Only the lock's holder may call this.

    Half-made files, folders that lost theirs, and whole files newer than the current version: those
    were named but never linked, so nobody was ever told of them.
    """
    for leftover in serving.glob(f"{BUILDING}*"):
        remove(leftover)
    current = current_version(serving)
    whole = set(versions(serving))
    for folder in (serving / _FOLDER).glob("*"):
        version = folder.name
        if _VERSION.fullmatch(version) and (
            version not in whole or current is None or version > current
        ):
            remove(folder)


def prune(serving: Path, since: datetime | None = None) -> None:
    """Keep the last versions. A reader that has an older one open keeps it until it closes.

    Args:
        serving: the serving folder.
        since: moment, UTC; of the versions made before it only the current one is kept.
    """
    current = current_version(serving)
    found = versions(serving)
    outdated = set(found[:-VERSIONS_KEPT])
    if since is not None:
        outdated |= {version for version in found if version < since.strftime(_VERSION_FORMAT)}
    for version in outdated:
        if version != current:
            remove(version_file(serving, version).parent)


def adopt(serving: Path, wait_seconds: float = 60) -> None:
    """Take over the files of version 0.1, ``marts-<version>.duckdb`` behind ``marts.duckdb``.

    Each gets its place among the versions as a second name, then the links are swapped, then the
    first name goes: a reader of either link finds a whole file at any moment.

    Args:
        serving: the serving folder; need not exist.
        wait_seconds: how long to wait for another publisher.

    Raises:
        PublishError: another publisher held the lock all the time.
        OSError: the files cannot be moved; all of them can still be read.
    """
    if not any(serving.glob("marts-*.duckdb")):
        return
    with only_publisher(serving, wait_seconds):
        old = {file: _OLD_FILE.fullmatch(file.name) for file in serving.glob("marts-*.duckdb")}
        files = {match[1]: file for file, match in old.items() if match}
        for version, file in files.items():
            if not version_file(serving, version).exists():
                remove(serving / f"{BUILDING}{version}")
                _second_name(file, building_file(serving, version))
                name(serving, version)
        link = serving / OLD_LINK
        linked = _OLD_FILE.fullmatch(link.readlink().name) if link.is_symlink() else None
        if linked and linked[1] in files:
            point_to(serving, linked[1])
        for file in files.values():
            remove(file)
        sync(serving)


def _second_name(file: Path, other: Path) -> None:
    try:
        other.hardlink_to(file)
    except OSError:  # a file system without hard links
        shutil.copy2(file, other)
        sync(other)


def remove(path: Path) -> None:
    """Remove a file or a folder; what is gone already is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def point_to(serving: Path, version: str) -> None:
    """Swap the link at one stroke: a reader finds the old version or the new one, never none."""
    _swap_link(serving, LINK, f"{_FOLDER}/{version}/{FILE}")
    old = serving / OLD_LINK
    if old.is_symlink() or not old.exists():  # a file of the user's own stays
        _swap_link(serving, OLD_LINK, LINK)
    sync(serving)


def _swap_link(serving: Path, link: str, target: str) -> None:
    if (serving / link).is_symlink() and str((serving / link).readlink()) == target:
        return
    swap = serving / f"{BUILDING}{link}"
    swap.unlink(missing_ok=True)
    swap.symlink_to(target)
    swap.replace(serving / link)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
