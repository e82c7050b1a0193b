"""Digests that tell whether something has changed."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from stammkunde.paths import PROJECT


def digest(lines: Iterable[str]) -> str:
    """SHA-256 of lines of text, as hexadecimal digits."""
    found = hashlib.sha256()
    for line in lines:
        found.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return found.hexdigest()


def digest_of_code(names: Iterable[str]) -> str:
    """Digest of the contents of files and folders of the project; what is missing counts not."""
    code = (file for name in names for file in files(PROJECT / name) if _is_code(file))
    return digest(
        f"{file.relative_to(PROJECT)}:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in code
    )


def files(place: Path) -> Iterator[Path]:
    """A file itself, or all below a folder, in a fixed order; none where nothing is."""
    if place.is_file():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _is_code(file: Path) -> bool:
    return "__pycache__" not in file.parts
