"""Merge topologies over the real models: one run holds them all, apart by their identifiers."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunnerResult

from .conftest import DbtProject
from .feeds import SOURCE, Feeds

Records = dict[tuple[str, str], str]


def fill(feeds: Feeds) -> None:
    """Every scenario's rows. Keys start with the scenario's name, so none meets another."""
    # simple pair: two contact records, one e-mail address written in two ways
    feeds.contact("pair1", 1, email="Pia.Paar@mail.de", first_name="Pia")
    feeds.contact("pair2", 2, email=" pia.paar@MAIL.de ", first_name="Pia")
    # chain: e-mail, then phone, then card
    feeds.contact("chain1", 1, email="chain@mail.de")
    feeds.contact("chain2", 2, email="chain@mail.de", phone="030 7654321")
    feeds.contact("chain3", 3, phone="+49 30 7654321", loyalty_card="c-77 1")
    feeds.contact("chain4", 4, loyalty_card="C771")
    # fan-in: three guest orders of one address; fan-out: one contact on three devices
    for number in range(3):
        feeds.order(f"fanin{number}", number, email="fanin@mail.de")
        feeds.event(f"fanout-device{number}", number, user_key="fanout")
    feeds.contact("fanout", 5)
    # diamond: two ways from one record to another
    feeds.contact("diamond1", 1, email="diamond@mail.de", phone="040 1234512")
    feeds.contact("diamond2", 2, email="diamond@mail.de", loyalty_card="DIA1")
    feeds.contact("diamond3", 3, phone="040 1234512")
    feeds.contact("diamond4", 4, phone="0049 40 1234512", loyalty_card="DIA1")
    # disjoint: nothing in common but city and name
    feeds.contact("apart1", 1, email="apart1@mail.de", first_name="Anna", city="Berlin")
    feeds.contact("apart2", 2, email="apart2@mail.de", first_name="Anna", city="Berlin")
    # three-way bridge: one order that carries three people's worth of identifiers of one person
    feeds.contact("bridge1", 1, email="bridge@mail.de")
    feeds.contact("bridge2", 2, phone="089 5550123")
    feeds.contact("bridge3", 3, loyalty_card="BR3")
    feeds.order("bridge", 4, email="bridge@mail.de", phone="(089) 555-0123", loyalty_card="br 3")
    # shared device: two logins, nobody's anonymous events
    feeds.contact("tablet1", 1, first_name="Jonas", email="jonas@mail.de")
    feeds.contact("tablet2", 1, first_name="Clara", email="clara@mail.de")
    feeds.event("tablet", 2)
    feeds.event("tablet", 3, user_key="tablet1")
    feeds.event("tablet", 4, user_key="tablet2", order_key="tablet-order", event_name="purchase")
    feeds.order("tablet-order", 4, anonymous_id="tablet")
    feeds.order("tablet-guest", 5, anonymous_id="tablet")
    feeds.order("tablet-other", 6, anonymous_id="tablet", email="jonas@mail.de")
    # one device, one person with two contact records
    feeds.contact("twice1", 1, first_name="Friederike", email="friederike@mail.de")
    feeds.contact("twice2", 9, first_name="Friedericke", email="rike@mail.de")
    feeds.event("twice", 2, user_key="twice1")
    feeds.event("twice", 9, user_key="twice2")
    # a tracker that writes the word null while nobody is logged in
    feeds.event("nulls", 1, user_key="null")
    feeds.event("nulls", 2, user_key="nulls")
    feeds.contact("nulls", 2, first_name="Nora")
    feeds.event("other-nulls", 1, user_key="null")
    # contact keys that no contact feed tells of: nothing says that they are one person
    feeds.event("unknowns", 1, user_key="unknown1")
    feeds.event("unknowns", 2, user_key="unknown2")
    # blocked and invalid values
    feeds.contact("blocked1", 1, email="noreply@mail.de", phone="0000000")
    feeds.contact("blocked2", 2, email="noreply@mail.de", phone="+49 30 0000000")
    feeds.contact("blocked3", 3, email="(none)", phone="no phone", loyalty_card="N/A")
    feeds.contact("blocked4", 4, email="(none)", phone="no phone", loyalty_card="n/a")
    # a till's address: on more contact records than one person has
    for number in range(8):
        feeds.contact(f"till{number}", number, email="till@shop.de", first_name="Max")
    # family e-mail and phone; mother with two records; guest orders
    feeds.contact("family1", 1, first_name="Martina", email="family@mail.de", phone="0711 445566")
    feeds.contact("family2", 2, first_name="Thomas", email="family@mail.de", phone="0711 445566")
    feeds.contact("family3", 3, first_name="Martna", email="FAMILY@mail.de", phone="0711445566")
    feeds.order("family-guest1", 4, email="family@mail.de")
    feeds.order("family-guest2", 5, email="family@mail.de")
    feeds.order("family-mother", 6, email="family@mail.de", contact_key="family1")
    feeds.order("family-father", 7, email="family@mail.de")
    feeds.feedback("family-father", 8, order_key="family-father", contact_key="family2")
    # father and daughter with names alike and birth dates apart
    feeds.contact("dates1", 1, first_name="Andrea", birth_date="1960-02-03", email="d@mail.de")
    feeds.contact("dates2", 2, first_name="Andreas", birth_date="1999-11-17", email="d@mail.de")
    # guest checkout, then account
    feeds.order("late-order", 1, email="late@mail.de")
    feeds.contact("late", 5, email="late@mail.de")
    # anonymous browsing, then login
    feeds.event("cookie", 1)
    feeds.event("cookie", 2, user_key="browser")
    feeds.contact("browser", 2)
    # a device after another: the second cookie is tied by the guest's purchase
    feeds.event("cookie2", 3, order_key="browser-order", event_name="purchase")
    feeds.order("browser-order", 3, contact_key="browser")
    # sales without any identifier
    feeds.order("cash1", 1, sales_channel="store")
    feeds.order("cash2", 1, sales_channel="store")
    # addresses and answers
    feeds.message("m1", 1, address="letter@mail.de")
    feeds.consent(2, address="letter@mail.de")
    feeds.message("m2", 3, channel="sms", contact_key="letter", address="0170 5551234")
    feeds.message("m3", 3, channel="sms", contact_key="letter")
    feeds.contact("letter", 4, email="letter@mail.de")
    feeds.feedback("letter", 5, email="letter@mail.de")
    feeds.order("asked", 1)
    feeds.feedback("asked", 2, order_key="asked")
    # the same keys in another system are other people's
    feeds.contact("same", 1)
    feeds.add(
        "orders",
        **{
            **feeds.rows["orders"][0],
            "source_system": "till",
            "order_key": "same",
            "contact_key": "same",
            "email": None,
        },
    )
    # a test account
    feeds.contact("tester", 1, email="tester@mail.de", is_test_account=True)
    feeds.order("tester", 2, email="tester@mail.de")


def failures(result: dbtRunnerResult) -> list[str]:
    """Names and messages of what went wrong in a dbt run."""
    assert isinstance(result.result, RunExecutionResult), result.exception
    return [
        f"{item.node.name}: {item.message}"
        for item in result.result
        if item.status not in ("success", "pass")
    ]


def solve(project: DbtProject, feeds: Feeds) -> Records:
    feeds.load(project)
    result = project.dbt("build", "--exclude-resource-type", "seed", "unit_test")
    assert result.success, failures(result)
    rows = project.execute(
        "select record_type, record_id, customer_id from identity.int_identity__customer_records"
    )
    return {(kind, key): customer for kind, key, customer in rows}


@pytest.fixture(scope="module")
def solved(identity_project: DbtProject) -> Records:
    feeds = Feeds()
    fill(feeds)
    return solve(identity_project, feeds)


def of(kind: str, key: str) -> tuple[str, str]:
    return kind, f"{SOURCE}|{key}"


def contacts(*keys: str) -> list[tuple[str, str]]:
    return [of("contact", key) for key in keys]


def orders(*keys: str) -> list[tuple[str, str]]:
    return [of("order", key) for key in keys]


TOGETHER: dict[str, list[tuple[str, str]]] = {
    "simple pair": contacts("pair1", "pair2"),
    "chain": contacts("chain1", "chain2", "chain3", "chain4"),
    "fan-in": orders("fanin0", "fanin1", "fanin2"),
    "fan-out": [
        *contacts("fanout"),
        *(of("device", f"fanout-device{number}|fanout") for number in range(3)),
    ],
    "diamond": contacts("diamond1", "diamond2", "diamond3", "diamond4"),
    "three-way bridge": [*contacts("bridge1", "bridge2", "bridge3"), *orders("bridge")],
    "shared device: logged in": [*contacts("tablet1"), of("device", "tablet|tablet1")],
    "shared device: purchase logged in": [*contacts("tablet2"), *orders("tablet-order")],
    "shared device: own address counts": [*contacts("tablet1"), *orders("tablet-other")],
    "shared device: the rest is the device's": [of("device", "tablet"), *orders("tablet-guest")],
    "one person's two accounts on a device": contacts("twice1", "twice2"),
    "family e-mail: one person's two records": [
        *contacts("family1", "family3"),
        *orders("family-mother"),
    ],
    "family e-mail: guests stay together": orders("family-guest1", "family-guest2"),
    "family e-mail: another tie decides": [
        *contacts("family2"),
        *orders("family-father"),
        of("feedback", "family-father"),
    ],
    "guest checkout then account": [*orders("late-order"), *contacts("late")],
    "anonymous browsing then login": [
        *contacts("browser"),
        *orders("browser-order"),
        of("device", "cookie|browser"),
        of("device", "cookie2"),
    ],
    "the word null is nobody": [*contacts("nulls"), of("device", "nulls|nulls")],
    "addresses and answers": [*contacts("letter"), of("feedback", "letter")],
    "an answer to an order": [*orders("asked"), of("feedback", "asked")],
    "test account": [*contacts("tester"), *orders("tester")],
}

APART: dict[str, list[tuple[str, str]]] = {
    "disjoint": contacts("apart1", "apart2"),
    "shared device": [*contacts("tablet1", "tablet2"), of("device", "tablet")],
    "contact keys without contacts": [
        of("device", "unknowns|unknown1"),
        of("device", "unknowns|unknown2"),
    ],
    "blocked identifier": contacts("blocked1", "blocked2", "blocked3", "blocked4"),
    "the word null": [of("device", "nulls|nulls"), of("device", "other-nulls")],
    "hub": contacts(*(f"till{number}" for number in range(8))),
    "family e-mail": [*contacts("family1", "family2"), *orders("family-guest1")],
    "names alike, birth dates apart": contacts("dates1", "dates2"),
    "sales without identifiers": orders("cash1", "cash2"),
    "keys of two systems": [*contacts("same"), ("order", "till|same")],
}


@pytest.mark.parametrize("name", TOGETHER)
def test_one_person_is_one_customer(solved: Records, name: str) -> None:
    assert len({solved[record] for record in TOGETHER[name]}) == 1


@pytest.mark.parametrize("name", APART)
def test_different_people_are_different_customers(solved: Records, name: str) -> None:
    assert len({solved[record] for record in APART[name]}) == len(APART[name])


def test_an_address_follows_its_contact(solved: Records, identity_project: DbtProject) -> None:
    rows = identity_project.execute(
        "select distinct customer_id from identity.int_identity__address_customers"
    )
    assert rows == [(solved[of("contact", "letter")],)]


@pytest.mark.parametrize(
    ("kind", "key", "identifier_type", "reason"),
    [
        ("contact", "blocked1", "email", "blocked: no person"),
        ("contact", "blocked1", "phone", "blocked: repeated digit"),
        ("contact", "blocked3", "email", "blocked: placeholder"),
        ("contact", "blocked3", "phone", "invalid_value"),
        ("contact", "till0", "email", "too_many_contacts"),
        ("order", "tablet-other", "anonymous_id", "shared_by_several_people"),
        ("order", "family-father", "email", "shared_by_several_people"),
    ],
)
@pytest.mark.usefixtures("solved")
def test_a_rejected_edge_is_kept_with_its_reason(
    identity_project: DbtProject, kind: str, key: str, identifier_type: str, reason: str
) -> None:
    rows = identity_project.execute(
        "select rejection_reason from identity.int_identity__rejected_edges"
        " where record_type = ? and record_id = ? and identifier_type = ?",
        [kind, f"{SOURCE}|{key}", identifier_type],
    )
    assert rows == [(reason,)]


@pytest.mark.parametrize(
    ("record", "is_identified", "is_test"),
    [
        (of("contact", "apart1"), True, False),
        (of("order", "fanin0"), True, False),
        (of("order", "cash1"), False, False),
        (of("device", "tablet"), False, False),
        (of("order", "tester"), True, True),
    ],
)
def test_customers_know_whether_they_are_identified_and_test_accounts(
    solved: Records,
    identity_project: DbtProject,
    record: tuple[str, str],
    is_identified: bool,
    is_test: bool,
) -> None:
    rows = identity_project.execute(
        "select identified_at is not null, is_test from identity.int_identity__customers"
        " where customer_id = ?",
        [solved[record]],
    )
    assert rows == [(is_identified, is_test)]


def test_anonymous_time_counts_before_the_login(
    solved: Records, identity_project: DbtProject
) -> None:
    rows = identity_project.execute(
        "select day(first_seen_at), day(identified_at) from identity.int_identity__customers"
        " where customer_id = ?",
        [solved[of("contact", "browser")]],
    )
    assert rows == [(2, 3)]


def shuffled(feeds: Feeds, seed: int) -> None:
    for rows in feeds.rows.values():
        random.Random(seed).shuffle(rows)


def doubled_messages(feeds: Feeds, seed: int) -> None:
    """The same observations twice: devices and addresses seen again."""
    for feed in ("events", "messages", "consents"):
        feeds.rows[feed].extend([dict(row) for row in feeds.rows[feed]])
    shuffled(feeds, seed)


@pytest.mark.parametrize("change", [shuffled, doubled_messages])
def test_neither_order_nor_repetition_changes_an_id(
    identity_project: DbtProject, solved: Records, change: Callable[[Feeds, int], Any]
) -> None:
    feeds = Feeds()
    fill(feeds)
    change(feeds, 3)
    assert solve(identity_project, feeds) == solved


def test_a_late_bridge_joins_two_old_customers_under_the_older_id(
    identity_project: DbtProject, solved: Records
) -> None:
    feeds = Feeds()
    fill(feeds)
    feeds.order("late-bridge", 20, email="apart1@mail.de", phone="030 999 888 7")
    before = solve(identity_project, feeds)
    feeds.contact("apart2-again", 21, email="apart2@mail.de", phone="030 999 888 7")
    after = solve(identity_project, feeds)
    older, younger = of("contact", "apart1"), of("contact", "apart2")
    assert before[older] == solved[older]
    assert before[younger] == solved[younger]
    assert after[older] == after[younger] == solved[older]


@pytest.mark.usefixtures("solved")
def test_a_merge_is_logged_with_the_identifier_and_a_split_with_the_reason(
    identity_project: DbtProject,
) -> None:
    feeds = Feeds()
    fill(feeds)
    before = solve(identity_project, feeds)
    logged = _log(identity_project)
    feeds.contact("second-pair", 9, email="pia.paar@mail.de", phone="0711 445577")
    feeds.contact("disjoint-too", 9, email="apart2@mail.de", phone="0711 445577")
    merged = solve(identity_project, feeds)
    pair, apart = of("contact", "pair1"), of("contact", "apart2")
    assert merged[pair] == merged[apart] == before[pair]
    assert _log(identity_project) - logged == {
        # What ties the old customer to a record that is new to it.
        ("merge", before[apart], before[pair], "email", "shared_identifier")
    }
    # The same again moves nobody.
    assert solve(identity_project, feeds) == merged
    logged = _log(identity_project)
    # An office's number: more contacts than one person has.
    for number in range(8):
        feeds.contact(f"office{number}", 10, phone="0711 445577", first_name="Ida")
    parted = solve(identity_project, feeds)
    assert parted[pair] == before[pair]
    assert parted[apart] == before[apart]
    splits = {row for row in _log(identity_project) - logged if row[0] == "split"}
    assert splits == {("split", before[pair], before[apart], "phone", "too_many_contacts")}


def test_a_rebuild_keeps_every_id(identity_project: DbtProject, solved: Records) -> None:
    feeds = Feeds()
    fill(feeds)
    # An older record joins later: a minted id would change.
    feeds.order("late-old", -30, email="late@mail.de")
    first = solve(identity_project, feeds)
    result = identity_project.dbt(
        "build", "--full-refresh", "--exclude-resource-type", "seed", "unit_test"
    )
    assert result.success, failures(result)
    assert solve(identity_project, feeds) == first
    assert first[of("contact", "late")] == solved[of("contact", "late")]
    assert first[of("order", "late-old")] == first[of("contact", "late")]


def test_a_record_that_comes_back_finds_its_customer(
    identity_project: DbtProject, solved: Records
) -> None:
    everything, fewer = Feeds(), Feeds()
    fill(everything)
    fill(fewer)
    fewer.rows["contacts"] = fewer.rows["contacts"][:3]
    solve(identity_project, fewer)
    again = solve(identity_project, everything)
    assert again == {record: solved[record] for record in again}


def _log(project: DbtProject) -> set[tuple[Any, ...]]:
    """Everything that was logged, without times."""
    return set(
        project.execute(
            "select change_type, old_customer_id, new_customer_id, identifier_type, cause"
            " from identity.identity_changes where change_type <> 'create'"
        )
    )


def test_no_record_at_all_is_no_error(identity_project: DbtProject, solved: Records) -> None:
    assert solved
    assert solve(identity_project, Feeds()) == {}
