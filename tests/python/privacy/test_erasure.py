"""A person asks to be erased: the shop through the whole graph, and her files landed again.

The runs build on each other in one home. The first erasure is killed between taking the rows out
and swapping the file; the next run has to finish it.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stammkunde.homes import prepare
from stammkunde.ingest import forget, load
from stammkunde.paths import PROJECT, Home
from stammkunde.privacy import ErasureError, carry_out, purge, require_vault
from stammkunde.publish.serving import LINK, versions
from stammkunde.settings import from_environment
from tests.python.conftest import Run, run_graph
from tests.python.people import PEOPLE, misspelt, people

from .small_shop import (
    CONTRACT,
    HERS,
    SHARED,
    at,
    land_requests,
    land_shop,
    write,
)

KILLED = """
import os
from stammkunde.privacy import erase
erase.compact = lambda warehouse: os._exit(9)
from orchestration.headless import main
main()
"""

CUSTOMERS = """
    select record_type || ':' || record_id, customer_id from identity.int_identity__customer_records
"""
REVENUE = "select count(*), sum(net_revenue) from marts.fct_orders"


@dataclass
class State:
    """What a run left behind.

    Attributes:
        run: the run.
        found: places in which something of hers stands.
        revenue: orders and their revenue.
        customers: customer by record.
        facts: results of further queries.
    """

    run: Run
    found: list[str] = field(default_factory=list)
    revenue: list[tuple[Any, ...]] = field(default_factory=list)
    customers: dict[str, str] = field(default_factory=dict)
    ledger: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Story:
    """The runs in their order."""

    home: Home
    before: State
    killed: int
    due_after_kill: bool
    erased: State
    forgotten: State
    anew: State
    versions: int = 0
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    requests: list[tuple[Any, ...]] = field(default_factory=list)
    tablet: list[tuple[Any, ...]] = field(default_factory=list)


def _texts(file: Path) -> Iterator[tuple[str, str]]:
    """Place and value of every text of a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        for schema, table, column in columns:
            sql = f'select distinct "{column}" from "{schema}"."{table}"'
            for (value,) in connection.execute(sql).fetchall():
                yield f"{file.name}: {schema}.{table}.{column}", value or ""


def _found(home: Home, words: tuple[str, ...] = HERS) -> list[str]:
    """Where something stands, as text of a table or as bytes of a file; landing files aside."""
    databases = [home.warehouse, (home.serving / LINK).resolve()]
    found = {
        f"{place}: {word}"
        for database in databases
        for place, value in _texts(database)
        for word in words
        if word.lower() in value.lower()
    }
    for file in sorted(home.root.rglob("*")):
        if file.is_file() and home.landing not in file.parents:
            content = file.read_bytes()
            found |= {f"{file.name}: bytes of {word}" for word in words if word.encode() in content}
    return sorted(found)


def _state(run: Run) -> State:
    assert run.exit_code == 0, run.output
    return State(
        run,
        _found(run.home),
        run.marts(REVENUE),
        dict(run.warehouse(CUSTOMERS)),
        run.warehouse("select feed, rows_read, rows_loaded, rows_erased from raw._files"),
    )


def _killed_run(home: Home) -> int:
    """A run that dies after the rows are out and before the file is swapped."""
    return subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, **home.environment(), "STAMMKUNDE_SOURCE": "shop"},
        cwd=PROJECT,
        capture_output=True,
        check=False,
    ).returncode


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = Home(tmp_path_factory.mktemp("privacy") / "home")
    landing = home.landing / "shop"
    land_shop(landing)
    before = _state(run_graph(home, "shop"))
    land_requests(landing)
    killed = _killed_run(home)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        due = connection.execute("select count(*) from raw._compaction_due").fetchall()
    erased = _state(run_graph(home, "shop"))
    story = Story(home, before, killed, due == [(1,)], erased, erased, erased)
    story.versions = len(versions(home.serving))
    story.changes = erased.run.warehouse(
        "select change_type, old_customer_id, cause, identifier_node "
        "from identity.identity_changes where change_type = 'erase'"
    )
    story.requests = erased.run.warehouse(
        "select request_key, outcome, customers from raw._erasures order by all"
    )
    story.tablet = erased.run.warehouse(
        "select event_key from conformed.events where anonymous_id = 'dev-tablet' order by all"
    )
    # Every file is taken out and loaded again, as it was.
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        files = connection.execute("select file from raw._files where status = 'loaded'").fetchall()
    for (file,) in files:
        forget("shop", file, home.warehouse, CONTRACT)
    story.forgotten = _state(run_graph(home, "shop"))
    # A new warehouse from the first file on.
    shutil.rmtree(home.warehouse.parent)
    story.anew = _state(run_graph(home, "shop"))
    return story


def test_what_is_searched_for_is_there_before(story: Story) -> None:
    missing = [word for word in HERS if not any(word in place for place in story.before.found)]
    assert missing == []


def test_a_killed_erasure_is_finished_by_the_next_run(story: Story) -> None:
    assert story.killed == 9
    assert story.due_after_kill
    assert "Erased on request" not in story.before.run.output


def test_nothing_of_the_person_is_left(story: Story) -> None:
    assert story.erased.found == []


def test_files_loaded_again_do_not_bring_the_person_back(story: Story) -> None:
    assert story.forgotten.found == []
    assert story.anew.found == []


def test_the_family_keeps_what_it_shares(story: Story) -> None:
    for word in SHARED:
        assert _found(story.home, (word,)) != []
    assert story.tablet == [("V-B1",), ("V-T1",)]


def test_everybody_else_keeps_the_id(story: Story) -> None:
    for after in (story.erased, story.forgotten, story.anew):
        kept = {record for record in story.before.customers if record in after.customers}
        assert {"contact:shop|K-BOB", "order:shop|O-BOB", "device:shop|dev-tablet|K-BOB"} <= kept
        changed = {
            record: after.customers[record]
            for record in kept
            if story.before.customers[record] != after.customers[record]
        }
        # What was nobody's, since two shared it, is his who is left: nothing contradicts any more.
        bob = story.before.customers["contact:shop|K-BOB"]
        assert changed == {"order:shop|O-FAMILY": bob}
        gone = set(story.before.customers) - kept
        ada = story.before.customers["contact:shop|K-ADA-1"]
        assert {story.before.customers[record] for record in gone} == {ada}
        # Known by the address alone that she had before.
        assert "order:shop|O-ADA-FORMER" in gone
        assert ada not in after.customers.values()


def test_the_revenue_stays(story: Story) -> None:
    assert story.before.revenue[0][0] == 72
    for after in (story.erased, story.forgotten, story.anew):
        assert after.revenue == story.before.revenue


def test_erased_rows_are_accounted_for(story: Story) -> None:
    erased = {feed: (read, loaded, gone) for feed, read, loaded, gone in story.erased.ledger}
    assert erased["contacts"] == (37, 33, 4)
    assert erased["orders"] == (73, 72, 1)  # the line that could not be read
    assert erased["order_lines"] == (72, 72, 0)
    assert erased["events"] == (38, 34, 4)
    assert sorted(story.forgotten.ledger) == sorted(story.anew.ledger)


def test_the_customer_is_logged_as_erased_once(story: Story) -> None:
    ada = story.before.customers["contact:shop|K-ADA-1"]
    assert story.changes == [("erase", ada, "erasure_request", None)]


def test_each_request_has_an_outcome(story: Story) -> None:
    assert story.requests == [
        ("E-ADA", "erased", 1),
        ("E-FAMILY", "several people", 0),
        ("E-NOBODY", "nobody", 0),
    ]
    said = " ".join(story.erased.run.output.split())
    assert "1 erasure request is rejected" in said or "E-TYPO" not in said
    assert "1 erasure request is later than the day of this run" in said


def test_the_request_of_a_family_stays_open_and_is_warned_of(story: Story) -> None:
    for after in (story.erased, story.forgotten):
        said = " ".join(after.run.output.split())
        assert "erasure_requests_are_carried_out warns of 1 row" in said
        assert "request_key E-FAMILY" in said


def test_a_request_without_a_name_or_a_time_is_rejected_with_its_reason(story: Story) -> None:
    rejected = (
        dict(
            story.erased.run.warehouse(
                "select request_key, rejection_reasons from staging.stg_shop__erasures__rejected"
                " where request_key <> 'E-ADA'"
            )
        )
        if story.home.warehouse.exists()
        else {}
    )
    assert rejected == {"E-EMPTY": "missing:contact_key", "E-TYPO": "type:requested_at"}


def test_no_older_version_stays_to_go_back_to(story: Story) -> None:
    assert story.versions == 1


def test_tombstones_without_their_key_stop_the_load(story: Story, tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copytree(story.home.privacy, home.privacy)
    (home.privacy / "key").unlink()
    with pytest.raises(ErasureError, match="key of the erased people is missing"):
        require_vault(home)
    (home.privacy / "key").write_text("0" * 64)
    (home.privacy / "key").chmod(0o600)
    with pytest.raises(ErasureError, match="not the one that the tombstones"):
        require_vault(home)
    (home.privacy / "key").chmod(0o644)
    with pytest.raises(ErasureError, match="Others may read"):
        require_vault(home)


def test_a_warehouse_that_knows_of_erasures_needs_their_tombstones(
    story: Story, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    home.warehouse.parent.mkdir()
    shutil.copyfile(story.home.warehouse, home.warehouse)
    with pytest.raises(ErasureError, match="their tombstones are missing"):
        carry_out(home, from_environment({"STAMMKUNDE_SOURCE": "shop"}))


def _loaded(
    folder: Path,
    requests: Sequence[Mapping[str, object]],
    more_people: Sequence[Mapping[str, object]] = (),
) -> Home:
    """The shop, loaded with requests and not built yet."""
    home = Home(folder)
    prepare(home)
    landing = home.landing / "shop"
    land_shop(landing)
    write(landing, "erasures", requests)
    write(landing, "contacts", more_people, name="more")
    load("shop", landing, home.warehouse, CONTRACT)
    return home


def _logged(home: Home) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(
            "select request_key, outcome, customers from raw._erasures order by all"
        ).fetchall()


def test_a_request_that_names_several_people_is_told_when_it_comes_alone(tmp_path: Path) -> None:
    family = {"request_key": "E-1", "email": "berghaus@mail.example", "requested_at": at(23)}
    # Of two who had an address one after the other, who has it now is meant.
    handed_on = {"request_key": "E-2", "email": "unruh@post.example", "requested_at": at(23)}
    cleo = {"contact_key": "K-CLEO", "first_name": "Cleo", "last_name": "Adler", "country": "DE"}
    dirk = {"contact_key": "K-DIRK", "first_name": "Dirk", "last_name": "Unruh", "country": "DE"}
    more = [
        {**cleo, "email": "unruh@post.example", "created_at": at(1), "updated_at": at(1)},
        {**cleo, "email": "cleo@post.example", "created_at": at(1), "updated_at": at(5)},
        {**dirk, "email": "unruh@post.example", "created_at": at(9), "updated_at": at(9)},
    ]
    home = _loaded(tmp_path, [family, handed_on], more)
    settings = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    done = carry_out(home, settings)
    assert "several people carry" in " ".join(done.warnings)
    assert _logged(home) == [("E-1", "several people", 0), ("E-2", "erased", 1)]
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        left = connection.execute(
            "select distinct contact_key from raw.shop__contacts"
            " where contact_key in ('K-CLEO', 'K-DIRK')"
        ).fetchall()
    assert left == [("K-CLEO",)]
    assert carry_out(home, settings).warnings == []
    assert _logged(home) == [("E-1", "several people", 0), ("E-2", "erased", 1)]


def test_an_erasure_that_broke_off_is_finished_and_logged_with_whom_matching_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a first run, before anybody was matched; it breaks off before a row goes.
    ada = {"request_key": "E-1", "contact_key": "K-ADA-1", "requested_at": at(23)}
    more = _twice(people(chance := random.Random(11)), chance)
    home = _loaded(tmp_path, [ada], more)
    settings = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    matching = {**settings.source_vars, "probabilistic_matching": True}
    settings = replace(settings, source_vars=matching)
    with monkeypatch.context() as broken:
        broken.setattr(purge, "purge", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            carry_out(home, settings)
    assert _logged(home) == []
    done = carry_out(home, settings)
    assert (done.requests, done.warnings) == (1, [])
    assert _logged(home) == [("E-1", "erased", 1)]
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        left = connection.execute(
            "select contact_key from raw.shop__contacts where last_name = 'Lovelace'"
        ).fetchall()
        others = connection.execute(
            "select count(distinct contact_key) from raw.shop__contacts "
            "where contact_key like 'P-%'"
        ).fetchall()
    assert left == []
    assert others == [(2 * PEOPLE,)]


def _twice(everybody: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Each person as two contacts, which share an address or not; Ada under one that is new."""
    contacts = []
    for number, person in enumerate(everybody):
        for turn in (1, 2):
            attribute = chance.choice(["first_name", "last_name", "street"])
            written = {**person, attribute: misspelt(person[attribute], chance)}
            address = f"p{number}-{turn * (number % 2)}@people.example"
            contacts.append({**written, "contact_key": f"P-{number}-{turn}", "email": address})
    ada = {
        "contact_key": "K-ADA-4",
        "email": "countess@else.example",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "birth_date": "1985-12-10",
        "street": "Difference Street 1",
        "postcode": "10115",
        "city": "Berlin",
    }
    dates = {"country": "DE", "created_at": at(5), "updated_at": at(5)}
    return [{**contact, **dates} for contact in (*contacts, ada)]
