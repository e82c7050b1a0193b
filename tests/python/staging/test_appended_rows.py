"""A base table to which each run appends what is new: after every run, what one rebuild gives."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from stammkunde.ingest import forget, load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import project_vars, sources_file
from tests.python.dbt_project import DbtProject

HEAD = "message_key,action,occurred_at,channel,contact_key"
TABLE = "staging.base_shop__messages"
# Files of two days; keys come twice within a file, between files, after a row that was rejected.
FIRST = ["m1,send", "m2,send", "m2,send", "m3,nonsense", ",send", "m4,open"]
SECOND = ["m2,send", "m3,send", "m5,send", "m5,send", "m4,click", "m6,nonsense"]
THIRD = ["m6,send", "m5,send", "m1,send", "m7,send"]


@dataclass
class Feed:
    """The feed of messages in a warehouse, and the base table that dbt makes of it."""

    project: DbtProject

    @property
    def home(self) -> Home:
        """Where its landing files lie."""
        return Home(self.project.root / "home")

    def land(self, name: str, rows: list[str], contact: str = "C1") -> None:
        """Load a file of these keys and actions."""
        text = [f"{row},2025-01-01T10:00:00Z,email,{contact}" for row in rows]
        file = self.home.landing / "shop" / "messages" / name
        file.write_text("\n".join([HEAD, *text, ""]), encoding="utf-8")
        load(
            "shop",
            file.parents[1],
            self.project.warehouse,
            read_contract(sources_file("shop")),
            settle_seconds=0,
        )

    def build(self, *options: str) -> str:
        """Build the table; what was said of writing it anew."""
        log = self.project.root / "logs" / "dbt.log"
        said_before = len(log.read_text(encoding="utf-8")) if log.exists() else 0
        result = self.project.dbt("run", *options)
        assert result.success, result.exception
        said = log.read_text(encoding="utf-8")[said_before:]
        return said.partition(" anew: ")[2].partition("\n")[0]

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row of the table with all its columns."""
        return self.project.execute(f"from {TABLE} order by _file, _row_number")

    def outcomes(self) -> dict[str, list[tuple[str, str]]]:
        """Key and outcome of each row, by file."""
        found: dict[str, list[tuple[str, str]]] = {}
        for file, key, outcome, reasons in self.project.execute(
            "select _file, coalesce(message_key, ''), row_outcome, rejection_reasons"
            f" from {TABLE} order by _file, _row_number"
        ):
            found.setdefault(file, []).append((key, reasons or outcome))
        return found

    def unload(self, name: str) -> None:
        """Take a file out of landing folder and raw table."""
        (self.home.landing / "shop" / "messages" / name).unlink()
        contract = read_contract(sources_file("shop"))
        forget("shop", f"messages/{name}", self.project.warehouse, contract)


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    chosen = {**project_vars(), "sources": {"shop": ["messages"]}}
    project = make_project("appended", {}, {"vars": chosen})
    for path in ("macros", "models/staging/shop/_shop__sources.yml"):
        project.copy(path)
    for model in ("base_shop__messages", "base_shop__key_forms"):
        project.copy(f"models/staging/shop/{model}.sql")
    project.write(
        "models/staging/_models.yml",
        yaml.safe_dump(
            {"models": [{"name": "base_shop__messages", "config": {"schema": "staging"}}]}
        ),
    )
    return project


@pytest.fixture
def feed(project: DbtProject) -> Feed:
    """Two days, the second one appended to the first."""
    for schema in ("raw", "staging"):
        project.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    feed = Feed(project)
    shutil.rmtree(feed.home.root, ignore_errors=True)
    (feed.home.landing / "shop" / "messages").mkdir(parents=True)
    feed.land("1.csv", FIRST)
    feed.build()
    feed.land("2.csv", SECOND)
    assert not feed.build()
    return feed


def test_a_key_counts_once_over_all_days(feed: Feed) -> None:
    assert feed.outcomes() == {
        "messages/1.csv": [
            ("m1", "accepted"),
            ("m2", "accepted"),
            ("m2", "duplicate_key"),
            ("m3", "value:action"),
            ("", "missing:message_key"),
            ("m4", "accepted"),
        ],
        "messages/2.csv": [
            ("m2", "duplicate_key"),
            ("m3", "accepted"),  # its first row did not count
            ("m5", "accepted"),
            ("m5", "duplicate_key"),
            ("m4", "accepted"),  # another action is another row of the key
            ("m6", "value:action"),
        ],
    }


def test_appended_days_are_what_a_rebuild_gives(feed: Feed) -> None:
    feed.land("3.csv", THIRD)
    assert not feed.build()
    assert not feed.build()  # nothing new
    appended = feed.rows()
    feed.build("--full-refresh")
    assert appended == feed.rows()
    assert len(appended) == len(FIRST + SECOND + THIRD)


def unload_the_first(feed: Feed) -> None:
    feed.unload("1.csv")


def replace_the_first(feed: Feed) -> None:
    feed.unload("1.csv")
    feed.land("1.csv", ["m2,send", "m9,send"])


def take_a_row_out(feed: Feed) -> None:
    feed.project.execute(
        "delete from raw.shop__messages where _file = 'messages/1.csv' and _row_number = 2"
    )


def set_the_clock_back(feed: Feed) -> None:
    feed.land("3.csv", THIRD)
    feed.project.execute(
        "update raw.shop__messages set _loaded_at = _loaded_at - interval 30 day"
        " where _file = 'messages/3.csv'"
    )


def write_keys_otherwise(feed: Feed) -> None:
    """7.0 is 7 as long as no contact of the source has a key like 7.5."""
    for name in ("1.csv", "2.csv"):
        feed.unload(name)
    feed.land("3.csv", FIRST, contact="7.0")
    feed.build()
    feed.land("4.csv", SECOND, contact="7.5")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (unload_the_first, "raw rows that it was made of have gone"),
        (replace_the_first, "raw rows that it was made of have gone"),
        (take_a_row_out, "raw rows that it was made of have gone"),
        (set_the_clock_back, "a new file has an older load time"),
        (write_keys_otherwise, "the form of the keys, has changed"),
    ],
)
def test_what_no_longer_fits_is_written_anew(
    feed: Feed, change: Callable[[Feed], None], reason: str
) -> None:
    before = feed.rows()
    change(feed)
    assert reason in feed.build()
    rebuilt = feed.rows()
    assert rebuilt != before
    assert not feed.build()
    feed.build("--full-refresh")
    assert rebuilt == feed.rows()


def test_a_changed_contract_writes_the_table_anew(feed: Feed) -> None:
    model = feed.project.root / "models/staging/shop/base_shop__messages.sql"
    kept = model.read_text(encoding="utf-8")
    try:
        model.write_text(kept.replace("'click', ", ""), encoding="utf-8")
        feed.project.forget_manifest()
        assert "its contract" in feed.build()
        assert feed.outcomes()["messages/2.csv"][4] == ("m4", "value:action")
    finally:
        model.write_text(kept, encoding="utf-8")
        feed.project.forget_manifest()


def test_a_table_of_an_earlier_release_is_written_anew(feed: Feed) -> None:
    feed.project.execute(f"alter table {TABLE} drop column _contract")
    assert "an earlier release built it" in feed.build()
    assert not feed.build()
