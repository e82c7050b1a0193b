"""A base table to which each run appends what is new: after every run, what one rebuild gives."""

import random
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

READ_FIRST = ("base_shop__file_days", "base_shop__key_forms")
HEAD = "message_key,action,occurred_at,channel,contact_key"
CONTACTS = "contact_key,first_name,country,created_at,updated_at"
# Files of two days; keys come twice within a file, between files, after a row that was rejected.
FIRST = ["m1,send", "m2,send", "m2,send", "m3,nonsense", ",send", "m4,open"]
SECOND = ["m2,send", "m3,send", "m5,send", "m5,send", "m4,click", "m6,nonsense"]
THIRD = ["m6,send", "m5,send", "m1,send", "m7,send"]


@dataclass
class Feed:
    """A feed of the shop in a warehouse, and the base table that dbt makes of it."""

    project: DbtProject
    name: str = "messages"

    @property
    def table(self) -> str:
        """The base table."""
        return f"staging.base_shop__{self.name}"

    @property
    def home(self) -> Home:
        """Where its landing files lie."""
        return Home(self.project.root / "home")

    def land(self, name: str, rows: list[str], contact: str = "C1") -> None:
        """Load a file of messages with these keys and actions."""
        self.land_file(
            name, [HEAD, *(f"{row},2025-01-01T10:00:00Z,email,{contact}" for row in rows)]
        )

    def land_file(self, name: str, lines: list[str]) -> None:
        """Load a file."""
        file = self.home.landing / "shop" / self.name / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
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
        result = self.project.dbt(
            "run", "--select", f"{' '.join(READ_FIRST)} base_shop__{self.name}", *options
        )
        assert result.success, result.exception
        said = log.read_text(encoding="utf-8")[said_before:]
        return said.partition(" anew: ")[2].partition("\n")[0]

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row of the table with all its columns."""
        return self.project.execute(f"from {self.table} order by _file, _row_number")

    def files(self) -> list[tuple[Any, ...]]:
        """What is known of the files."""
        return self.project.execute("select * from base_shop__file_days order by all")

    def outcomes(self) -> dict[str, list[tuple[str, str]]]:
        """Key and outcome of each row, by file."""
        found: dict[str, list[tuple[str, str]]] = {}
        for file, key, outcome, reasons in self.project.execute(
            f"select _file, coalesce({self.name[:-1]}_key, ''), row_outcome, rejection_reasons"
            f" from {self.table} order by _file, _row_number"
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
    chosen = {**project_vars(), "sources": {"shop": ["messages", "contacts"]}}
    project = make_project("appended", {}, {"vars": chosen})
    for path in ("macros", "models/staging/shop/_shop__sources.yml"):
        project.copy(path)
    tables = ("base_shop__messages", "base_shop__contacts")
    for model in (*tables, *READ_FIRST):
        project.copy(f"models/staging/shop/{model}.sql")
    project.write(
        "models/staging/_models.yml",
        yaml.safe_dump(
            {"models": [{"name": table, "config": {"schema": "staging"}} for table in tables]}
        ),
    )
    return project


@pytest.fixture
def empty(project: DbtProject) -> DbtProject:
    """The project without any data."""
    for schema in ("raw", "staging"):
        project.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    shutil.rmtree(Feed(project).home.root, ignore_errors=True)
    return project


@pytest.fixture
def feed(empty: DbtProject) -> Feed:
    """Two days, the second one appended to the first."""
    Feed(empty, "contacts").land_file("none.csv", [CONTACTS])  # keys of all feeds are looked at
    feed = Feed(empty)
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
    rebuilt, read = feed.rows(), feed.files()
    assert rebuilt != before
    assert not feed.build()
    feed.build("--full-refresh")
    assert rebuilt == feed.rows()
    assert read == feed.files()


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
    feed.project.execute(f"alter table {feed.table} drop column _contract")
    assert "an earlier release built it" in feed.build()
    assert not feed.build()


@pytest.mark.parametrize("seed", [1, 2])
def test_versions_over_many_days_are_what_a_rebuild_gives(empty: DbtProject, seed: int) -> None:
    """Late and repeated versions, of one time and of several, and rows that break the contract."""
    Feed(empty).land("none.csv", [])
    feed = Feed(empty, "contacts")
    chance = random.Random(seed)
    outcomes = set()
    for day in range(5):
        for number in range(chance.randint(1, 2)):
            lines = [
                f"K{chance.randint(1, 6)},{chance.choice(['Ada', 'Bob'])},"
                f"{chance.choice(['DE', 'DE', 'DE', 'nowhere'])},2025-01-01T00:00:00Z,"
                f"2025-01-0{chance.randint(1, 4)}T00:00:00Z"
                for _ in range(chance.randint(3, 9))
            ]
            feed.land_file(f"{day}-{number}.csv", [CONTACTS, *lines])
        assert not feed.build()
        kept, read = feed.rows(), feed.files()
        outcomes |= {reason for row in feed.outcomes().values() for _, reason in row}
        feed.build("--full-refresh")
        assert kept == feed.rows()
        assert read == feed.files()
    assert {"accepted", "superseded", "value:country", "duplicate_key", "repeated_row"} <= outcomes


def test_versions_do_not_depend_on_the_day_that_is_asked_for(empty: DbtProject) -> None:
    Feed(empty).land("none.csv", [])
    feed = Feed(empty, "contacts")
    versions = (f"K1,Ada,DE,2025-01-01T00:00:00Z,2025-01-0{day}T00:00:00Z" for day in (1, 2))
    feed.land_file("1.csv", [CONTACTS, *versions])
    feed.build()
    today = feed.rows()
    assert not feed.build("--vars", "{as_of_date: 2025-01-01}")
    assert feed.rows() == today
    feed.build("--full-refresh", "--vars", "{as_of_date: 2025-01-01}")
    assert feed.rows() == today
