"""Whose an anonymous event is, and which rows a login writes anew."""

from typing import Any

import pytest

from tests.python.dbt_project import DbtProject

from .feeds import Feeds
from .test_identity_scenarios import failures, forget, of

COLUMNS = "customer_id, attribution, occurred_at, device_type, order_id, value"


def attribute(project: DbtProject, feeds: Feeds, *options: str) -> None:
    feeds.load(project)
    models = ("+identity_crosswalk", "+int_core__written_devices")
    result = project.dbt("run", "--select", *models, *options)
    assert result.success, failures(result)


def rows(project: DbtProject, columns: str = COLUMNS) -> dict[str, tuple[Any, ...]]:
    """Columns of `fct_events` by the key of the event."""
    return {
        row[0]: row[1:]
        for row in project.execute(f"select event_key, {columns} from main.fct_events")
    }


def browsing() -> Feeds:
    """Anonymous events on two devices, keys e0 to e4."""
    feeds = Feeds()
    feeds.event("mine", -500)
    feeds.event("mine", -390)
    feeds.event("mine", 1, device_type="mobile", value=9.5)
    feeds.event("other", 1)
    feeds.event("other", 2)
    return feeds


@pytest.fixture
def browsed(identity_project: DbtProject) -> DbtProject:
    forget(identity_project)
    attribute(identity_project, browsing())
    return identity_project


def customer(project: DbtProject, kind: str, key: str) -> str:
    found = project.execute(
        "select customer_id from identity.int_identity__customer_records"
        " where record_type = ? and record_id = ?",
        list(of(kind, key)),
    )
    return str(found[0][0])


def test_a_login_fills_back_inside_its_window_and_writes_only_those_rows(
    browsed: DbtProject,
) -> None:
    before, first_run = rows(browsed), rows(browsed, "written_by")
    assert {row[1] for row in before.values()} == {"anonymous"}
    feeds = browsing()
    feeds.contact("me", 1)
    feeds.event("mine", 1.5, user_key="me")  # e5
    feeds.event("mine", 3)  # e6
    attribute(browsed, feeds)
    after, second_run = rows(browsed), rows(browsed, "written_by")
    me, device = customer(browsed, "contact", "me"), customer(browsed, "device", "mine")
    assert {key: row[:2] for key, row in after.items() if row[0] in (me, device)} == {
        "e0": (device, "anonymous"),
        "e1": (me, "before_login"),
        "e2": (me, "before_login"),
        "e5": (me, "logged_in"),
        "e6": (me, "after_login"),
    }
    kept = {key for key, run in second_run.items() if run == first_run.get(key)}
    # The rows of a device are written together; its part before the window keeps its customer.
    assert kept == {"e3", "e4"}
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_a_full_refresh_gives_the_same_rows(browsed: DbtProject) -> None:
    feeds = browsing()
    feeds.contact("me", 1)
    feeds.event("mine", 1.5, user_key="me")
    feeds.rows["events"].remove(feeds.rows["events"][3])  # withdrawn since
    attribute(browsed, feeds)
    by_changes = rows(browsed)
    assert "e3" not in by_changes
    attribute(browsed, feeds, "--full-refresh")
    assert rows(browsed) == by_changes


def test_two_people_one_after_the_other_keep_their_turns(browsed: DbtProject) -> None:
    feeds = browsing()
    feeds.contact("me", 1, first_name="Ida", email="ida@mail.de")
    feeds.contact("you", 1, first_name="Tom", email="tom@mail.de")
    feeds.event("mine", 2, user_key="me")  # e5
    feeds.event("mine", 3)  # e6
    feeds.event("mine", 4, user_key="you")  # e7
    feeds.event("mine", 5)  # e8
    attribute(browsed, feeds)
    me, you = (customer(browsed, "contact", key) for key in ("me", "you"))
    found = rows(browsed)
    assert me != you
    assert [found[key][0] for key in ("e1", "e2", "e5", "e6", "e7", "e8")] == [
        *([me] * 4),
        *([you] * 2),
    ]


def test_events_of_test_accounts_are_left_out(browsed: DbtProject) -> None:
    feeds = browsing()
    feeds.contact("tester", 1, is_test_account=True)
    feeds.event("mine", 2, user_key="tester")
    attribute(browsed, feeds)
    assert set(rows(browsed)) == {"e0", "e3", "e4"}
