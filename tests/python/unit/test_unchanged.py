"""What makes a run begin again, and what does not."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from stammkunde import digests, unchanged
from stammkunde.paths import Home
from stammkunde.settings import Settings

ORDERS = "orders/2025-01-01.csv"


def settings(landing: Path, as_of: date | None = None, **of_source: str) -> Settings:
    return Settings({"shop": ("orders",)}, {"shop": landing}, as_of, of_source)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "orders").mkdir(parents=True)
    (folder / ORDERS).write_text("order_key\n1\n")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one model, in place of this one."""
    folder = tmp_path / "project"
    (folder / "models" / "marts").mkdir(parents=True)
    (folder / "models" / "marts" / "fct_orders.sql").write_text("select 1")
    monkeypatch.setattr(digests, "PROJECT", folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, landing: Path, project: Path) -> Home:
    """A home after a good run over the landing files."""
    assert project.is_dir()
    place = Home(tmp_path / "home")
    for file in (place.warehouse, place.serving / "stammkunde.duckdb", place.privacy / "key"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1")
    unchanged.write_down(place, unchanged.look_around(settings(landing), place), ["a warning"])
    return place


def test_nothing_new_is_known_with_the_warnings_of_the_last_run(place: Home, landing: Path) -> None:
    last = unchanged.last_run_for(place, unchanged.look_around(settings(landing), place))
    assert last is not None
    assert last.warnings == ["a warning"]
    assert (datetime.now(UTC) - last.ended_at).total_seconds() < 600


def test_another_day_or_var_is_another_run(place: Home, landing: Path) -> None:
    for other in (settings(landing, date(2025, 1, 2)), settings(landing, currency="CHF")):
        assert unchanged.last_run_for(place, unchanged.look_around(other, place)) is None


def new_file(landing: Path, _project: Path, _place: Home) -> None:
    (landing / "orders" / "2025-01-02.csv").write_text("order_key\n2\n")


def file_gone(landing: Path, _project: Path, _place: Home) -> None:
    (landing / ORDERS).unlink()


def file_replaced_in_its_old_time(landing: Path, _project: Path, _place: Home) -> None:
    times = (landing / ORDERS).stat()
    (landing / ORDERS).write_text("order_key\n2\n")
    os.utime(landing / ORDERS, ns=(times.st_atime_ns, times.st_mtime_ns))


def file_moved(landing: Path, _project: Path, _place: Home) -> None:
    (landing / ORDERS).rename(landing / "orders" / "again.csv")


def model_edited(_landing: Path, project: Path, _place: Home) -> None:
    (project / "models" / "marts" / "fct_orders.sql").write_text("select 2")


def seed_added(_landing: Path, project: Path, _place: Home) -> None:
    (project / "seeds").mkdir()
    (project / "seeds" / "limits.csv").write_text("limit\n1\n")


def warehouse_written(_landing: Path, _project: Path, place: Home) -> None:
    place.warehouse.write_text("2, unloaded")


def warehouse_gone(_landing: Path, _project: Path, place: Home) -> None:
    place.warehouse.unlink()


def marts_gone(_landing: Path, _project: Path, place: Home) -> None:
    (place.serving / "stammkunde.duckdb").unlink()


def somebody_erased(_landing: Path, _project: Path, place: Home) -> None:
    (place.privacy / "tombstones").write_text("digest")


def note_torn(_landing: Path, _project: Path, place: Home) -> None:
    place.last_run.write_text(place.last_run.read_text()[:-9])


@pytest.mark.parametrize(
    "change",
    [
        new_file,
        file_gone,
        file_replaced_in_its_old_time,
        file_moved,
        model_edited,
        seed_added,
        warehouse_written,
        warehouse_gone,
        marts_gone,
        somebody_erased,
        note_torn,
    ],
)
def test_a_change_begins_a_run(
    change: Callable[[Path, Path, Home], None], landing: Path, project: Path, place: Home
) -> None:
    change(landing, project, place)
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place)) is None


def test_what_cannot_be_looked_at_is_no_error(landing: Path, project: Path, place: Home) -> None:
    assert project.is_dir()
    (landing / "orders" / "gone.csv").symlink_to(landing / "nowhere.csv")
    found = unchanged.look_around(settings(landing), place)
    assert unchanged.last_run_for(place, found) is None
    unchanged.write_down(place, found, [])
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place))
    assert unchanged.look_around(settings(landing / "nowhere"), place)


def test_a_feed_that_lies_elsewhere_is_seen(
    tmp_path: Path, landing: Path, project: Path, place: Home
) -> None:
    assert project.is_dir()
    (landing / "orders").rename(tmp_path / "elsewhere")
    (landing / "orders").symlink_to(tmp_path / "elsewhere")
    unchanged.write_down(place, unchanged.look_around(settings(landing), place), [])
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place))
    new_file(landing, project, place)
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place)) is None


def test_compiled_python_is_no_change(landing: Path, project: Path, place: Home) -> None:
    cache = project / "stammkunde" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "cli.pyc").write_bytes(b"1")
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place))


def test_a_file_that_lands_while_a_run_goes_on_begins_the_next(place: Home, landing: Path) -> None:
    found = unchanged.look_around(settings(landing), place)
    new_file(landing, place.root, place)
    unchanged.write_down(place, found, [])
    assert unchanged.last_run_for(place, unchanged.look_around(settings(landing), place)) is None
