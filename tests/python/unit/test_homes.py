"""Which homes are used, and what a full disk is called."""

import errno
import sqlite3
from pathlib import Path

import duckdb
import pytest

from stammkunde.full_disk import describe_full_disk, is_full, without_repeats
from stammkunde.homes import HomeError, prepare
from stammkunde.paths import Home


@pytest.mark.parametrize("name", ["a#1", "what?", "a*", "[a]", "line\nbreak"])
def test_a_path_that_a_database_address_cannot_hold_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    for home in (Home(tmp_path / name), Home(tmp_path / name / "below")):
        with pytest.raises(HomeError, match="cannot be used: its path holds"):
            prepare(home)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["two words", "50%", "a%20b", "it's", "Müller & Söhne", "a;b", "{b}", "$c"]
)
def test_other_paths_are_used(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    prepare(home)
    assert home.serving.is_dir()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException("Could not write file: No space left on device"),
    ],
)
def test_a_full_disk_is_known_however_deep_its_error_lies(error: Exception) -> None:
    assert is_full(error)
    outer = RuntimeError("the event log cannot be written")
    outer.__cause__ = error
    assert is_full(outer)
    assert not is_full(RuntimeError("something else"))


def test_a_full_disk_is_one_line_with_its_place(tmp_path: Path) -> None:
    home = Home(tmp_path)
    told = without_repeats(home, ["Model a failed: IO Error: No space left on device", "b, too"])
    assert told == [describe_full_disk(home)]
    assert "is full" in told[0]
    assert "MiB free" in told[0]
    assert without_repeats(home, ["another reason"]) == ["another reason"]
