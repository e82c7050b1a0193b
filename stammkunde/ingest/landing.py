"""What lies in a landing folder: files of feeds, files still being written, and everything else.

Looking reads names and file attributes only, no content.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from stammkunde.ingest.contract import SourceContract
from stammkunde.ingest.report import Level, Message

MANIFEST_SUFFIX = ".manifest.json"
FORMATS = {
    ".csv": "csv",
    ".csv.gz": "csv.gz",
    ".json": "json",
    ".json.gz": "json.gz",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl.gz",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl.gz",
    ".parquet": "parquet",
}
# What upload tools append until the last byte is there (scp wrappers, SFTP servers, browsers).
TEMPORARY_SUFFIXES = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".filepart",
    ".crdownload",
    ".inprogress",
    ".writing",
    ".uploading",
    "~",
)


@dataclass(frozen=True)
class LandingFile:
    """A file of a feed.

    Attributes:
        name: path below the landing folder, with ``/``: ``orders/orders_2025-01-01.csv``.
        feed: name of the feed.
        path: where it is.
        format: a value of `FORMATS`.
        bytes: its size when it was looked at.
        mtime: when it was last written, seconds since 1970.
        fingerprint: size, times of change of content and of attributes, and inode. While it stays
            the same, the content is the same: a tool can reset the first time, not the second.
        manifest: the manifest beside it, if there is one.
        fault: why it cannot be opened at all, as code and sentence; None for a regular file.
    """

    name: str
    feed: str
    path: Path
    format: str
    bytes: int = 0
    mtime: float = 0.0
    fingerprint: str = ""
    manifest: Path | None = None
    fault: tuple[str, str] | None = None


@dataclass
class Landing:
    """What lies in a landing folder.

    Attributes:
        files: the files of the feeds, in the order of their names.
        waiting: files of feeds whose names say that they are still being written.
        messages: every other file and folder, and what else a person should know.
    """

    files: list[LandingFile] = field(default_factory=list)
    waiting: list[LandingFile] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def printable(name: str) -> str:
    r"""A file's name with everything escaped that would spoil a line of a log: ``a\nb.csv``."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in name
    )


def fingerprint(status: os.stat_result) -> str:
    """The attributes that change whenever the content does; see `LandingFile`."""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def format_of(name: str) -> str | None:
    """The format that a file's name stands for, or None."""
    lowered = name.lower()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if lowered.endswith(suffix) and len(lowered) > len(suffix):
            return FORMATS[suffix]
    return None


def look(landing: Path, contract: SourceContract) -> Landing:
    """Find the files of the feeds of a contract.

    Args:
        landing: a folder with one subfolder a feed.
        contract: says which subfolders are feeds.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not landing.is_dir():
        raise NotADirectoryError(f"there is no landing folder {landing}")
    found = Landing()
    feeds_seen = 0
    for entry in _entries(landing):
        if entry.name in contract.feeds and _is_folder(entry):
            feeds_seen += 1
            _look_into_feed(entry, found)
        else:
            found.messages.append(_left_alone(entry, "", _why_no_feed(entry, contract)))
    if feeds_seen == 0:
        found.messages.append(
            Message(
                "warning",
                "no_feed_folder",
                f"no folder of the landing folder is a feed of {contract.name!r}; its feeds are: "
                + ", ".join(contract.feeds),
            )
        )
    return found


def _look_into_feed(folder: os.DirEntry[str], found: Landing) -> None:
    try:
        entries = _entries(Path(folder.path))
    except OSError:
        found.messages.append(
            Message("error", "unreadable_folder", "cannot be opened (permissions?)", folder.name)
        )
        return
    names = {entry.name: entry for entry in entries}
    for entry in entries:
        file_format = format_of(entry.name)
        shown = f"{folder.name}/{printable(entry.name)}"
        if entry.name.endswith(MANIFEST_SUFFIX):
            if entry.name.removesuffix(MANIFEST_SUFFIX) not in names:
                found.messages.append(
                    Message(
                        "warning",
                        "manifest_without_file",
                        "is a manifest whose file is not there; the delivery is not complete",
                        shown,
                    )
                )
        elif _is_temporary(entry.name) and not _is_folder(entry):
            found.waiting.append(
                LandingFile(shown, folder.name, Path(entry.path), "temporary", *_size_of(entry))
            )
        elif file_format is None or entry.name.startswith(".") or _is_folder(entry):
            found.messages.append(_left_alone(entry, f"{folder.name}/", _why_no_file(entry)))
        else:
            manifest = names.get(entry.name + MANIFEST_SUFFIX)
            found.files.append(_landing_file(folder.name, entry, file_format, manifest))


def _left_alone(entry: os.DirEntry[str], folder: str, why: str) -> Message:
    """The message about an entry of no feed; a quiet one about what tools leave behind."""
    level: Level = "info" if entry.name.startswith((".", "_")) else "warning"
    name = folder + printable(entry.name) + ("/" if _is_folder(entry) else "")
    return Message(level, "left_alone", f"{why}; left alone", name)


def _why_no_feed(entry: os.DirEntry[str], contract: SourceContract) -> str:
    if entry.is_symlink() and not Path(entry.path).exists():
        return "is a link that leads nowhere or to itself"
    feeds = f"the feeds of {contract.name!r} are: {', '.join(contract.feeds)}"
    if _is_folder(entry):
        return f"is the folder of no feed ({feeds})"
    return f"lies outside of the feeds' folders ({feeds})"


def _why_no_file(entry: os.DirEntry[str]) -> str:
    if _is_folder(entry):
        return "is a folder within a feed's folder, which is flat"
    if entry.name.startswith("."):
        return "is a hidden file"
    return f"has a name of no known format ({', '.join(FORMATS)})"


def _landing_file(
    feed: str, entry: os.DirEntry[str], file_format: str, manifest: os.DirEntry[str] | None
) -> LandingFile:
    path = Path(entry.path)
    name = f"{feed}/{printable(entry.name)}"
    try:
        status = entry.stat()
    except OSError:
        text = (
            "is a link that leads nowhere or to itself"
            if entry.is_symlink()
            else "cannot be opened (permissions?)"
        )
        return LandingFile(name, feed, path, file_format, fault=("unreadable_file", text))
    if not stat.S_ISREG(status.st_mode):
        # Opening a named pipe would wait for ever.
        fault = ("not_a_file", "is no regular file but a pipe, socket or device")
        return LandingFile(name, feed, path, file_format, fault=fault)
    return LandingFile(
        name=name,
        feed=feed,
        path=path,
        format=file_format,
        bytes=status.st_size,
        mtime=status.st_mtime,
        fingerprint=fingerprint(status),
        manifest=Path(manifest.path) if manifest else None,
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _is_temporary(name: str) -> bool:
    return name.lower().endswith(TEMPORARY_SUFFIXES)


def _size_of(entry: os.DirEntry[str]) -> tuple[int, float, str]:
    try:
        status = entry.stat()
    except OSError:
        return 0, 0.0, ""
    return status.st_size, status.st_mtime, fingerprint(status)
