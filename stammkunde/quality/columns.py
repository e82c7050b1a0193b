"""Columns that a feed's files had and lost: C6 and C7, from the loader's ledger."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from stammkunde.paths import PROJECT

CRITICAL_FILE = PROJECT / "seeds" / "reference" / "critical_columns.csv"

# The newest files of a kind are judged, each by those before it.
JUDGED_FILES = 8
EARLIER_FILES = 20
# A column is one that the files have where it has values in this share of the earlier ones.
USUAL_SHARE = 0.8
# That a column is empty by chance, where so many values were usual, happens once in e^7 times.
USUAL_VALUES = 7
# Findings named one by one.
NAMED = 3

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class LoadedFile:
    """A file as the loader's ledger knows it.

    Attributes:
        name: path below the landing folder.
        rows: rows in the raw table.
        filled: rows that have a value, by each column that the file has.
    """

    name: str
    rows: int
    filled: Mapping[str, int]

    @property
    def kind(self) -> str:
        """What the names of one sort of file share: all but the numbers, such as days."""
        return _DIGITS.sub("#", self.name)


@dataclass(frozen=True)
class LostColumn:
    """A column that a file should have had.

    Attributes:
        column: its name.
        file: the file.
        is_there: the file has the column, without a value.
        usual: share of the rows of earlier files that have a value.
    """

    column: str
    file: str
    is_there: bool
    usual: float

    def __str__(self) -> str:
        """The finding as part of a sentence."""
        what = "is empty in" if self.is_there else "is missing in"
        return f"{self.column} {what} {self.file} ({self.usual:.0%} of the rows before had one)"


def lost_columns(files: Sequence[LoadedFile]) -> list[LostColumn]:
    """Columns that the newest files lack and the files of their kind before them had.

    Args:
        files: the loaded files of one feed that have rows, in the order of loading.
    """
    found: list[LostColumn] = []
    for kind in dict.fromkeys(file.kind for file in files):
        places = [place for place, file in enumerate(files) if file.kind == kind]
        for place in places[-JUDGED_FILES:]:
            earlier = [files[other] for other in places if other < place] or files[:place]
            found += _lost(files[place], earlier[-EARLIER_FILES:])
    return found


def _lost(file: LoadedFile, earlier: Sequence[LoadedFile]) -> list[LostColumn]:
    lost = []
    for column in dict.fromkeys(name for each in earlier for name in each.filled):
        having = sum(each.filled.get(column, 0) > 0 for each in earlier)
        if having < USUAL_SHARE * len(earlier):
            continue
        usual = sum(each.filled.get(column, 0) for each in earlier) / sum(
            each.rows for each in earlier
        )
        is_there = column in file.filled
        if not is_there or (file.filled[column] == 0 and usual * file.rows >= USUAL_VALUES):
            lost.append(LostColumn(column, file.name, is_there, usual))
    return lost


def read_loaded_files(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], list[LoadedFile]]:
    """The loaded files that have rows, by source and feed, in the order of loading.

    Files that were loaded before the ledger kept their columns are left out.
    """
    known = connection.execute(
        "select count(*) from information_schema.columns where table_schema = 'raw' "
        "and table_name = '_files' and column_name = 'filled_columns'"
    ).fetchall()
    if not known[0][0]:
        return {}
    rows = connection.execute(
        "select source, feed, file, rows_loaded, filled_columns from raw._files "
        "where status = 'loaded' and rows_loaded > 0 and filled_columns is not null "
        "order by source, feed, loaded_at, file"
    ).fetchall()
    files: dict[tuple[str, str], list[LoadedFile]] = {}
    for source, feed, name, count, filled in rows:
        files.setdefault((source, feed), []).append(LoadedFile(name, count, json.loads(filled)))
    return files


def read_critical(path: Path = CRITICAL_FILE) -> set[tuple[str, str, str]]:
    """Source, feed and column of each row of seed ``critical_columns``."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["source_system"], row["feed"], row["column_name"]) for row in csv.DictReader(file)
        }
