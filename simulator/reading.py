"""Landing files back to rows, for tests and for a look at a simulation."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq

Row = dict[str, str | None]


def rows_of(path: Path) -> list[Row]:
    """The rows of one landing file, in its order: column to text, empty as None."""
    if path.suffix == ".parquet":
        return [
            {name: None if value is None else str(value) for name, value in row.items()}
            for row in pq.read_table(path).to_pylist()
        ]
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: value or None for name, value in row.items()} for row in reader]


def rows_of_feed(landing: Path, feed: str) -> list[Row]:
    """All rows of a feed, file by file."""
    return [row for path in sorted((landing / feed).iterdir()) for row in rows_of(path)]


def digest(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path below it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
