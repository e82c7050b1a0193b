"""Merge topologies over the real models: one run holds them all, apart by their identifiers."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunnerResult

from tests.python.dbt_project import DbtProject

from .conftest import identifier_types
from .feeds import SOURCE, START, Feeds

Records = dict[tuple[str, str], str]

OTA = {"first_name": "Yuki", "last_name": "Ota", "email": "ota@mail.de"}


def wide(text: str) -> str:
    """A text in full-width letters, as an input method for Japanese writes it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def fill(feeds: Feeds) -> None:
    """Every scenario's rows. Keys start with the scenario's name, so none meets another."""
    feeds.begin("simple pair")  # one e-mail address written in two ways
    feeds.contact("pair1", 1, email="Pia.Paar@mail.de", first_name="Pia")
    feeds.contact("pair2", 2, email=" pia.paar@MAIL.de ", first_name="Pia")
    feeds.begin("chain")  # e-mail, then phone, then card
    feeds.contact("chain1", 1, email="chain@mail.de")
    feeds.contact("chain2", 2, email="chain@mail.de", phone="030 7654321")
    feeds.contact("chain3", 3, phone="+49 30 7654321", loyalty_card="c-77 1")
    feeds.contact("chain4", 4, loyalty_card="C771")
    feeds.begin("fan-in")  # three guest orders of one address
    for number in range(3):
        feeds.order(f"fanin{number}", number, email="fanin@mail.de")
    feeds.begin("fan-out")  # one contact on three devices
    for number in range(3):
        feeds.event(f"fanout-device{number}", number, user_key="fanout")
    feeds.contact("fanout", 5)
    feeds.begin("diamond")  # two ways from one record to another
    feeds.contact("diamond1", 1, email="diamond@mail.de", phone="040 1234512")
    feeds.contact("diamond2", 2, email="diamond@mail.de", loyalty_card="DIA1")
    feeds.contact("diamond3", 3, phone="040 1234512")
    feeds.contact("diamond4", 4, phone="0049 40 1234512", loyalty_card="DIA1")
    feeds.begin("disjoint")  # nothing in common but city and name
    feeds.contact("apart1", 1, email="apart1@mail.de", first_name="Anna", city="Berlin")
    feeds.contact("apart2", 2, email="apart2@mail.de", first_name="Anna", city="Berlin")
    feeds.begin("three-way bridge")  # one order carries identifiers of three records
    feeds.contact("bridge1", 1, email="bridge@mail.de")
    feeds.contact("bridge2", 2, phone="089 5550123")
    feeds.contact("bridge3", 3, loyalty_card="BR3")
    feeds.order("bridge", 4, email="bridge@mail.de", phone="(089) 555-0123", loyalty_card="br 3")
    feeds.begin("shared device")  # two people, one after the other
    feeds.contact("tablet1", 1, first_name="Jonas", email="jonas@mail.de")
    feeds.contact("tablet2", 1, first_name="Clara", email="clara@mail.de")
    feeds.event("tablet", 2)
    feeds.event("tablet", 3, user_key="tablet1")
    feeds.event("tablet", 4, user_key="tablet2", order_key="tablet-order", event_name="purchase")
    feeds.order("tablet-order", 4, anonymous_id="tablet")
    feeds.order("tablet-guest", 5, anonymous_id="tablet")
    feeds.order("tablet-other", 6, anonymous_id="tablet", email="jonas@mail.de")
    feeds.begin("one person's two accounts on a device")
    feeds.contact("twice1", 1, first_name="Friederike", email="friederike@mail.de")
    feeds.contact("twice2", 9, first_name="Friedericke", email="rike@mail.de")
    feeds.event("twice", 2, user_key="twice1")
    feeds.event("twice", 9, user_key="twice2")
    feeds.begin("the word null")  # a tracker that writes it while nobody is logged in
    feeds.event("nulls", 1, user_key="null")
    feeds.event("nulls", 2, user_key="nulls")
    feeds.contact("nulls", 2, first_name="Nora")
    feeds.event("other-nulls", 1, user_key="null")
    feeds.begin("contact keys without contacts")  # nothing says that they are one person
    feeds.event("unknowns", 1, user_key="unknown1")
    feeds.event("unknowns", 2, user_key="unknown2")
    feeds.begin("blocked identifier")
    feeds.contact("blocked1", 1, email="noreply@mail.de", phone="0000000")
    feeds.contact("blocked2", 2, email="noreply@mail.de", phone="+49 30 0000000")
    feeds.contact("blocked3", 3, email="(none)", phone="no phone", loyalty_card="N/A")
    feeds.contact("blocked4", 4, email="(none)", phone="no phone", loyalty_card="n/a")
    feeds.contact("blocked5", 5, email="test@test.com")
    feeds.contact("blocked6", 6, email="test@test.com")
    feeds.begin("hub")  # a till's address: on more contact records than one person has
    for number in range(8):
        feeds.contact(f"till{number}", number, email="till@shop.de", first_name="Max")
    feeds.begin("office phone")
    for number in range(9):
        feeds.contact(f"office{number}", number, phone="069 6655443", email=f"o{number}@firm.de")
    feeds.begin("kiosk")  # a device in the shop: guests with addresses of their own, and without
    for number in range(8):
        feeds.order(f"kiosk{number}", number, anonymous_id="kiosk", email=f"k{number}@mail.de")
    feeds.order("kiosk-cash1", 9, anonymous_id="kiosk")
    feeds.order("kiosk-cash2", 9, anonymous_id="kiosk")
    feeds.begin("two guests with one number")
    feeds.order("number1", 1, phone="0221 9988776", email="n1@mail.de")
    feeds.order("number2", 2, phone="0221 9988776", email="n2@mail.de")
    feeds.order("number3", 3, phone="0221 9988776")
    feeds.begin("recycled phone number")
    feeds.contact("recycled1", 1, phone="0341 7766554")
    feeds.order("recycled2", 900, phone="0341 7766554")
    feeds.order("recycled3", 2_100, phone="0341 7766554")
    feeds.begin("couple's e-mail")  # mother with two records, father; guest orders
    feeds.contact("couple1", 1, first_name="Martina", email="couple@mail.de", phone="0711 445566")
    feeds.contact("couple2", 2, first_name="Thomas", email="couple@mail.de", phone="0711 445566")
    feeds.contact("couple3", 3, first_name="Martna", email="COUPLE@mail.de", phone="0711445566")
    feeds.order("couple-guest1", 4, email="couple@mail.de")
    feeds.order("couple-guest2", 5, email="couple@mail.de")
    feeds.order("couple-mother", 6, email="couple@mail.de", contact_key="couple1")
    feeds.order("couple-father", 7, email="couple@mail.de")
    feeds.feedback("couple-father", 8, order_key="couple-father", contact_key="couple2")
    feeds.feedback("couple-guest2", 9, order_key="couple-guest2")  # names nobody
    feeds.begin("household mailbox")  # says by its name that it is several people's
    feeds.contact("house1", 1, first_name="Ida", email="familie.haus@mail.de")
    feeds.contact("house2", 2, first_name="Ida", email="Familie.Haus@mail.de")
    feeds.order("house-guest1", 3, email="familie.haus@mail.de")
    feeds.order("house-guest2", 4, email="familie.haus@mail.de")
    feeds.begin("names alike")  # born a generation apart
    feeds.contact("dates1", 1, first_name="Andrea", birth_date="1960-02-03", email="d@mail.de")
    feeds.contact("dates2", 2, first_name="Andreas", birth_date="1999-11-17", email="d@mail.de")
    filled = {"email": "filled@mail.de", "birth_date": "1900-01-01"}
    feeds.contact("filled1", 1, first_name="Martina", **filled)
    feeds.contact("filled2", 2, first_name="Thomas", **filled)
    feeds.begin("twins")  # one birth date, one mailbox of the parents, then one telephone
    twin = {"last_name": "Zwill", "birth_date": "2003-07-14"}
    feeds.contact("twin1", 1, first_name="Pauline", email="zwill@mail.de", **twin)
    feeds.contact("twin2", 2, first_name="Konrad", email="zwill@mail.de", **twin)
    feeds.contact("twin3", 3, first_name="Pauline", phone="0511 223344", **twin)
    feeds.contact("twin4", 4, first_name="Konrad", phone="0511 223344", **twin)
    feeds.begin("office: equal first names")  # a firm's mailbox, telephone and computer
    for number, last_name in enumerate(("Ahlers", "Brandt", "Claasen")):
        office = {"first_name": "Stefan", "last_name": last_name, "company": "Kontor 9"}
        feeds.contact(f"info{number}", number, email="info@kontor.de", **office)
        own = f"office.{number}@mail.de"
        feeds.contact(f"line{number}", number, phone="0421 334455", email=own, **office)
        feeds.contact(f"desk{number}", number, email=f"desk.{number}@mail.de", **office)
        feeds.event("desk", number, user_key=f"desk{number}")
    feeds.begin("married")  # another last name, the same birth date; or the same card
    bride = {"first_name": "Ronja", "birth_date": "1990-06-02"}
    feeds.contact("married1", 1, last_name="Ufer", email="ronja@mail.de", **bride)
    feeds.contact("married2", 2, last_name="Wald", email="ronja@mail.de", **bride)
    feeds.contact("married5", 3, first_name="Ronja", last_name="Ufer", email="ronja@mail.de")
    married = {"first_name": "Gesa", "email": "gesa@mail.de", "loyalty_card": "MAR77"}
    feeds.contact("married3", 1, last_name="Ufer", **married)
    feeds.contact("married4", 2, last_name="Wald", **married)
    feeds.begin("father and son")  # one name, two birth dates; a third record says neither
    hinz = {"first_name": "Hinnerk", "last_name": "Hinz", "email": "hinz@mail.de"}
    for number, day in enumerate(("1951-03-09", "1984-08-21", None)):
        feeds.contact(f"hinz{number}", number, birth_date=day, **hinz)
    feeds.begin("initial and birth date")  # an initial does not overrule the date
    elster = {"last_name": "Elster", "phone": "0381 998877"}
    feeds.contact("initial1", 1, first_name="R.", birth_date="1962-01-30", **elster)
    feeds.contact("initial2", 2, first_name="Ruth", birth_date="1990-11-05", **elster)
    feeds.begin("nicknames")
    nick = {"email": "kate@mail.de", "phone": "0160 7766554", "last_name": "Sommer"}
    feeds.contact("nick1", 1, first_name="Kate", **nick)
    feeds.contact("nick2", 2, first_name="Katharina", **nick)
    feeds.contact("nick3", 3, first_name="Liz", last_name="Orr", phone="0160 7766555")
    feeds.contact("nick4", 4, first_name="Elizabeth", last_name="Orr", phone="0160 7766555")
    feeds.begin("whole names in one field")
    whole = {"email": "till.moos@mail.de"}
    feeds.contact("whole1", 1, first_name="Till", last_name="Moos", **whole)
    feeds.contact("whole2", 2, first_name="Till Moos", **whole)
    feeds.contact("whole3", 3, first_name="Moos, Till", **whole)
    feeds.contact("whole4", 4, last_name="Moos, Till", **whole)
    feeds.begin("letters of other widths")
    feeds.contact("wide1", 1, **{name: wide(text) for name, text in OTA.items()})
    feeds.contact("wide2", 2, **{**OTA, "first_name": "\N{SPARKLES}Yuki\N{SPARKLES}"})
    bold = "\N{MATHEMATICAL BOLD SCRIPT CAPITAL Y}uki"
    feeds.contact("wide3", 3, **{**OTA, "first_name": bold})
    feeds.begin("guest checkout then account")
    feeds.order("late-order", 1, email="late@mail.de")
    feeds.contact("late", 5, email="late@mail.de")
    feeds.begin("anonymous browsing then login")
    feeds.event("cookie", 1)
    feeds.event("cookie", 2, user_key="browser")
    feeds.contact("browser", 2)
    # a device after another: the second cookie is tied by the guest's purchase
    feeds.event("cookie2", 3, order_key="browser-order", event_name="purchase")
    feeds.order("browser-order", 3, contact_key="browser")
    feeds.begin("a device before its window")  # somebody's, long before the first login
    feeds.event("old-cookie", -700)
    feeds.order("old-guest", -650, anonymous_id="old-cookie")
    feeds.event("old-cookie", 1, user_key="newcomer")
    feeds.contact("newcomer", 1)
    feeds.begin("sales without identifiers")
    feeds.order("cash1", 1, sales_channel="store")
    feeds.order("cash2", 1, sales_channel="store")
    feeds.begin("addresses and answers")
    feeds.message("m1", 1, address="letter@mail.de")
    feeds.consent(2, address="letter@mail.de")
    feeds.message("m2", 3, channel="sms", contact_key="letter", address="0170 5551234")
    feeds.message("m3", 3, channel="sms", contact_key="letter")
    feeds.contact("letter", 4, email="letter@mail.de")
    feeds.feedback("letter", 5, email="letter@mail.de")
    feeds.begin("an answer to an order")
    feeds.order("asked", 1)
    feeds.feedback("asked", 2, order_key="asked")
    feeds.begin("keys of two systems")  # the same keys in another system are other people's
    feeds.contact("same", 1)
    feeds.order("same", 0, source_system="till", contact_key="same")
    feeds.begin("users of a tracker are the shop's contacts")  # by seed key_scopes
    feeds.contact("scoped", 1)
    feeds.order("scoped-guest", 3)
    seen = {"source_system": "tracker", "user_key": "scoped"}
    feeds.event("scoped-phone", 2, **seen)
    feeds.event("scoped-phone", 3, event_name="purchase", order_key="scoped-guest", **seen)
    feeds.begin("users of a tracker of its own")  # no row of the seed says whose they are
    feeds.contact("unscoped", 1)
    feeds.event("unscoped-phone", 2, source_system="analytics", user_key="unscoped")
    feeds.begin("request to keep apart")
    feeds.contact("unmerge1", 1, email="unmerge@mail.de")
    feeds.contact("unmerge2", 2, email="unmerge@mail.de", loyalty_card="UN2")
    feeds.order("unmerge-guest", 3, email="unmerge@mail.de")
    feeds.order("unmerge-card", 4, loyalty_card="UN2")
    feeds.unmerge("unmerge", ("contact", "unmerge2"), ("contact", "unmerge1"))
    feeds.begin("request to take an order out")
    feeds.contact("taken", 1, email="taken@mail.de")
    feeds.order("taken-right", 2, contact_key="taken")
    feeds.order("taken-wrong", 3, contact_key="taken", email="taken@mail.de")
    feeds.unmerge("taken", ("contact", "taken"), ("order", "taken-wrong"))
    feeds.begin("more addresses than a customer has")  # a chain of cards and addresses
    for number in range(7):
        card = f"MANY{number}"
        feeds.contact(f"many{number}", number, email=f"many{number}@mail.de", loyalty_card=card)
        feeds.order(f"many{number}", number, email=f"many{number + 1}@mail.de", loyalty_card=card)
    feeds.begin("changed address")  # the guest's order came before, under the address of then
    feeds.order("ringo1", -5, email="ringo.alt@mail.de")
    feeds.contact("ringo", 1, first_name="Ringo", email="ringo.neu@mail.de")
    feeds.carried(
        "contact", "ringo", "email", "Ringo.Alt@mail.de", "ringo.neu@mail.de", days=(1, 60)
    )
    feeds.order("ringo2", 90, email="ringo.neu@mail.de")
    feeds.begin("emptied fields")  # later versions tell of the delivery alone
    for number, phone in enumerate(("0911 7654398", "0911/7654398")):
        feeds.order(f"bare{number}", number)
        feeds.carried("order", f"bare{number}", "phone", phone, country="DE", is_emptied=True)
    feeds.contact("owner", 1, email="owner@mail.de")
    feeds.order("disowned", 2)
    feeds.carried("order", "disowned", "contact_key", "owner", days=(2,), is_emptied=True)
    feeds.begin("address handed on")  # to somebody of another name
    feeds.contact("ute", 1, first_name="Ute", last_name="Kranz", email="ute@mail.de")
    feeds.carried("contact", "ute", "email", "info.kranz@mail.de", "ute@mail.de", days=(1, 50))
    feeds.contact("kai", 80, first_name="Kai", last_name="Roth", email="info.kranz@mail.de")
    feeds.order("kranz-before", -9, email="info.kranz@mail.de")
    feeds.order("kranz-then", 20, email="info.kranz@mail.de")
    feeds.order("kranz-after", 99, email="info.kranz@mail.de")
    feeds.begin("former number")  # given up three years and more before somebody else has it
    feeds.contact("moved", 1, phone="0381 223344")
    feeds.carried(
        "contact", "moved", "phone", "0381 998877", "0381 223344", days=(1, 100), country="DE"
    )
    feeds.rows["contacts"][-1]["updated_at"] = START + timedelta(days=1_900)
    feeds.order("number-near", 700, phone="0381 998877")
    feeds.order("number-far", 1_900, phone="0381 998877")
    feeds.begin("order moved to another account")  # of the same person, and of another
    feeds.contact("lena1", 1, first_name="Lena", last_name="Vogt")
    feeds.contact("lena2", 2, first_name="Lena", last_name="Vogt")
    feeds.order("lena", 3, contact_key="lena2")
    feeds.carried("order", "lena", "contact_key", "lena1", "lena2", days=(3, 3))
    feeds.contact("mona", 1, first_name="Mona", last_name="Vogt")
    feeds.contact("omar", 2, first_name="Omar", last_name="Said")
    feeds.order("corrected", 3, contact_key="omar")
    feeds.carried("order", "corrected", "contact_key", "mona", "omar", days=(3, 3))
    feeds.begin("test account")
    feeds.contact("tester", 1, email="t.ester@mail.de", is_test_account=True)
    feeds.order("tester", 2, email="t.ester@mail.de")


def failures(result: dbtRunnerResult) -> list[str]:
    """Names and messages of what went wrong in a dbt run."""
    assert isinstance(result.result, RunExecutionResult), result.exception
    return [
        f"{item.node.name}: {item.message}"
        for item in result.result
        if item.status not in ("success", "pass")
    ]


def solve(project: DbtProject, feeds: Feeds) -> Records:
    """The customer of each record; everything is built and tested."""
    feeds.load(project)
    result = project.dbt("build", "--exclude-resource-type", "seed", "unit_test")
    assert result.success, failures(result)
    return customers(project)


def resolve(
    project: DbtProject, feeds: Feeds, *options: str, last_model: str = "identity_changes"
) -> Records:
    """The customer of each record; only what leads to a model is built, as if killed after it."""
    feeds.load(project)
    result = project.dbt("run", "--select", f"+{last_model}", *options)
    assert result.success, failures(result)
    return customers(project)


def customers(project: DbtProject) -> Records:
    """The customer of each record."""
    rows = project.execute(
        "select record_type, record_id, customer_id from identity.int_identity__customer_records"
    )
    return {(kind, key): customer for kind, key, customer in rows}


def partition(records: Records) -> set[frozenset[tuple[str, str]]]:
    """The records of each customer, whatever its id."""
    groups: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for record, customer in records.items():
        groups[customer].add(record)
    return {frozenset(group) for group in groups.values()}


def forget(project: DbtProject) -> None:
    """Begin from nothing: no crosswalk, no log, nothing solved."""
    project.execute("drop schema if exists identity cascade")


@pytest.fixture(scope="module")
def solved(identity_project: DbtProject) -> Records:
    forget(identity_project)  # ids that other tests' records of the same keys were promised
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
    "users of a tracker are the shop's contacts": [
        *contacts("scoped"),
        *orders("scoped-guest"),
        ("device", "tracker|scoped-phone|scoped"),
    ],
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
    "shared device: purchase logged in": [
        *contacts("tablet2"),
        *orders("tablet-order"),
        of("device", "tablet|tablet2"),
    ],
    "shared device: own address counts": [*contacts("tablet1"), *orders("tablet-other")],
    "one person's two accounts on a device": contacts("twice1", "twice2"),
    "recycled phone number: within its window": [
        *contacts("recycled1"),
        *orders("recycled2"),
    ],
    "couple's e-mail: one person's two records": [
        *contacts("couple1", "couple3"),
        *orders("couple-mother"),
    ],
    "couple's e-mail: guests stay together": [
        *orders("couple-guest1", "couple-guest2"),
        of("feedback", "couple-guest2"),
    ],
    "couple's e-mail: another tie decides": [
        *contacts("couple2"),
        *orders("couple-father"),
        of("feedback", "couple-father"),
    ],
    "household mailbox: one person's two records": contacts("house1", "house2"),
    "married: one birth date": contacts("married1", "married2", "married5"),
    "married: one card": contacts("married3", "married4"),
    "nicknames at one mailbox": contacts("nick1", "nick2"),
    "nicknames at one telephone": contacts("nick3", "nick4"),
    "whole names in one field": contacts("whole1", "whole2", "whole3", "whole4"),
    "letters of other widths": contacts("wide1", "wide2", "wide3"),
    "guest checkout then account": [*orders("late-order"), *contacts("late")],
    "anonymous browsing then login": [
        *contacts("browser"),
        *orders("browser-order"),
        of("device", "cookie|browser"),
        of("device", "cookie2"),
    ],
    "a device before its window": [of("device", "old-cookie"), *orders("old-guest")],
    "the word null is nobody": [*contacts("nulls"), of("device", "nulls|nulls")],
    "addresses and answers": [*contacts("letter"), of("feedback", "letter")],
    "an answer to an order": [*orders("asked"), of("feedback", "asked")],
    "request to keep apart: the older one keeps what both carry": [
        *contacts("unmerge1"),
        *orders("unmerge-guest"),
    ],
    "request to keep apart: each keeps the own": [*contacts("unmerge2"), *orders("unmerge-card")],
    "request to take an order out: the others stay": [*contacts("taken"), *orders("taken-right")],
    "more addresses than a customer has: a card still ties": [
        *contacts("many3"),
        *orders("many3"),
    ],
    "changed address": [*contacts("ringo"), *orders("ringo1", "ringo2")],
    "emptied fields: a guest's number": orders("bare0", "bare1"),
    "emptied fields: the account of an order": [*contacts("owner"), *orders("disowned")],
    "address handed on: before": [*contacts("ute"), *orders("kranz-before", "kranz-then")],
    "address handed on: since": [*contacts("kai"), *orders("kranz-after")],
    "former number: within its window": [*contacts("moved"), *orders("number-near")],
    "order moved to another account: of the same person": [
        *contacts("lena1", "lena2"),
        *orders("lena"),
    ],
    "order moved to another account: of the last": [*contacts("omar"), *orders("corrected")],
    "test account": [*contacts("tester"), *orders("tester")],
}

APART: dict[str, list[tuple[str, str]]] = {
    "disjoint": contacts("apart1", "apart2"),
    "shared device": [*contacts("tablet1", "tablet2"), *orders("tablet-guest")],
    "contact keys without contacts": [
        of("device", "unknowns|unknown1"),
        of("device", "unknowns|unknown2"),
    ],
    "blocked identifier": contacts(*(f"blocked{number}" for number in range(1, 7))),
    "the word null": [of("device", "nulls|nulls"), of("device", "other-nulls")],
    "hub": contacts(*(f"till{number}" for number in range(8))),
    "office phone": contacts(*(f"office{number}" for number in range(9))),
    "kiosk": orders(*(f"kiosk{number}" for number in range(8)), "kiosk-cash1", "kiosk-cash2"),
    "two guests with one number": orders("number1", "number2", "number3"),
    "recycled phone number": [*contacts("recycled1"), *orders("recycled3")],
    "couple's e-mail": [*contacts("couple1", "couple2"), *orders("couple-guest1")],
    "household mailbox": [*contacts("house1"), *orders("house-guest1", "house-guest2")],
    "names alike, birth dates apart": contacts("dates1", "dates2"),
    "birth dates that a form filled in": contacts("filled1", "filled2"),
    "twins at one mailbox": contacts("twin1", "twin2"),
    "twins at one telephone": contacts("twin3", "twin4"),
    "equal first names at a firm's mailbox": contacts("info0", "info1", "info2"),
    "equal first names at an office's telephone": contacts("line0", "line1", "line2"),
    "equal first names at an office's computer": contacts("desk0", "desk1", "desk2"),
    "father and son, and who may be either": contacts("hinz0", "hinz1", "hinz2"),
    "an initial born on another day": contacts("initial1", "initial2"),
    "a device before its window": [*contacts("newcomer"), of("device", "old-cookie")],
    "sales without identifiers": orders("cash1", "cash2"),
    "keys of two systems": [*contacts("same"), ("order", "till|same")],
    "users of a tracker of its own": [
        *contacts("unscoped"),
        ("device", "analytics|unscoped-phone|unscoped"),
    ],
    "request to keep apart": contacts("unmerge1", "unmerge2"),
    "request to take an order out": [*contacts("taken"), *orders("taken-wrong")],
    "more addresses than a customer has": contacts(*(f"many{number}" for number in range(7))),
    "address handed on": contacts("ute", "kai"),
    "former number": [*contacts("moved"), *orders("number-far")],
    "order moved to another account": contacts("mona", "omar"),
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
        ("contact", "office0", "phone", "too_many_contacts"),
        ("order", "kiosk0", "anonymous_id", "too_many_people"),
        ("order", "couple-father", "email", "shared_by_several_people"),
        ("order", "house-guest1", "email", "household_address"),
        ("contact", "unmerge2", "email", "unmerge_request"),
        ("order", "taken-wrong", "contact_key", "unmerge_request"),
        ("contact", "many3", "email", "too_many_identifiers"),
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
        (of("device", "old-cookie"), False, False),
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
    assert resolve(identity_project, feeds) == solved


@pytest.mark.parametrize("seed", [None, 5], ids=["in order", "shuffled"])
def test_rows_one_by_one_give_what_they_give_at_once(
    identity_project: DbtProject, solved: Records, seed: int | None
) -> None:
    everything = Feeds()
    fill(everything)
    if seed is not None:
        for rows in everything.scenarios.values():
            random.Random(seed).shuffle(rows)
    forget(identity_project)
    so_far: Records = {}
    for count in range(1, max(map(len, everything.scenarios.values())) + 1):
        # The scenarios do not meet: each gets one more row in every run.
        fewer = Feeds()
        for rows in everything.scenarios.values():
            for feed, row in rows[:count]:
                fewer.rows[feed].append(row)
        so_far = resolve(identity_project, fewer)
    assert partition(so_far) == partition(solved)
    if seed is None:
        kept = {name for name in everything.scenarios if name not in CHANGING}
        known = _records_of(everything, kept)
        assert {record: so_far[record] for record in known} == {
            record: solved[record] for record in known
        }


# Scenarios whose customers merge, split or get an older record while their rows come in.
CHANGING = {
    "fan-out",
    "three-way bridge",
    "shared device",
    "one person's two accounts on a device",
    "the word null",
    "contact keys without contacts",
    "hub",
    "office phone",
    "kiosk",
    "two guests with one number",
    "couple's e-mail",
    "names alike",
    "anonymous browsing then login",
    "a device before its window",
    "addresses and answers",
    "request to keep apart",
    "request to take an order out",
    "more addresses than a customer has",
    "changed address",
    "emptied fields",
    "address handed on",
    "former number",
    "order moved to another account",
}


def _records_of(feeds: Feeds, scenarios: set[str]) -> list[tuple[str, str]]:
    """Contacts and orders of some scenarios."""
    kinds = {"contacts": ("contact", "contact_key"), "orders": ("order", "order_key")}
    return [
        (kinds[feed][0], f"{row['source_system']}|{row[kinds[feed][1]]}")
        for name in scenarios
        for feed, row in feeds.scenarios[name]
        if feed in kinds
    ]


def test_a_late_bridge_joins_two_old_customers_under_the_older_id(
    identity_project: DbtProject, solved: Records
) -> None:
    feeds = Feeds()
    fill(feeds)
    feeds.order("late-bridge", 20, email="apart1@mail.de", loyalty_card="LATE 1")
    before = resolve(identity_project, feeds)
    feeds.contact("apart2-again", 21, email="apart2@mail.de", loyalty_card="late1")
    after = resolve(identity_project, feeds)
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
    before = resolve(identity_project, feeds)
    logged = _log(identity_project)
    feeds.contact("second-pair", 9, email="pia.paar@mail.de", loyalty_card="SP 7")
    feeds.contact("disjoint-too", 9, email="apart2@mail.de", loyalty_card="SP 7")
    merged = resolve(identity_project, feeds)
    pair, apart = of("contact", "pair1"), of("contact", "apart2")
    assert merged[pair] == merged[apart] == before[pair]
    assert _log(identity_project) - logged == {
        # What ties the old customer to a record that is new to it.
        ("merge", before[apart], before[pair], "email", "shared_identifier")
    }
    # The same again moves nobody.
    assert resolve(identity_project, feeds) == merged
    logged = _log(identity_project)
    # A card that a club hands around: more contacts than one person has.
    for number in range(8):
        feeds.contact(f"club{number}", 10, loyalty_card="SP7", first_name="Ida")
    parted = resolve(identity_project, feeds)
    assert parted[pair] == before[pair]
    assert parted[apart] == before[apart]
    splits = {row for row in _log(identity_project) - logged if row[0] == "split"}
    assert splits == {("split", before[pair], before[apart], "loyalty_card", "too_many_contacts")}


def test_a_request_to_keep_apart_is_logged_and_survives_a_rebuild(
    identity_project: DbtProject, solved: Records
) -> None:
    feeds = Feeds()
    fill(feeds)
    before = resolve(identity_project, feeds)
    logged = _log(identity_project)
    feeds.unmerge("late", ("contact", "pair1"), ("contact", "pair2"))
    parted = resolve(identity_project, feeds)
    one, other = of("contact", "pair1"), of("contact", "pair2")
    assert before[one] == before[other] == parted[one] == solved[one]
    assert parted[other] != parted[one]
    assert _log(identity_project) - logged == {
        ("split", before[one], parted[other], "email", "unmerge_request")
    }
    forget(identity_project)
    assert partition(resolve(identity_project, feeds)) == partition(parted)


def test_two_values_of_a_unique_identifier_are_two_people(identity_project: DbtProject) -> None:
    feeds = Feeds()
    feeds.contact("one", 1, email="unique@mail.de", loyalty_card="U1")
    feeds.contact("other", 2, email="unique@mail.de", loyalty_card="U2")
    feeds.order("guest", 3, email="unique@mail.de")
    feeds.order("card", 4, loyalty_card="U2")
    forget(identity_project)
    assert len(set(resolve(identity_project, feeds).values())) == 1
    # A rule that changes takes apart what it touches, and says so.
    with identifier_types(identity_project, "loyalty_card", is_unique="true"):
        parted = resolve(identity_project, feeds)
        assert partition(parted) == {
            frozenset(contacts("one")),
            frozenset([*contacts("other"), *orders("card")]),
            frozenset(orders("guest")),
        }
        causes = {(row[0], row[3], row[4]) for row in _log(identity_project)}
        assert causes == {("split", "email", "unique_identifier")}
    assert len(set(resolve(identity_project, feeds).values())) == 1


def test_many_records_are_one_persons_unless_what_else_they_carry_says_no(
    identity_project: DbtProject,
) -> None:
    feeds = Feeds()
    feeds.contact("asked", 1)
    feeds.order("asked", 1, contact_key="asked")
    for number in range(5):  # over the limit of records, which is four
        feeds.order(f"canteen{number}", number, email="canteen@mail.de")
        feeds.order(f"member{number}", number, loyalty_card="MEMBER1")
        feeds.order(f"caller{number}", number, phone="0431 556677")
        feeds.order(f"tab{number}", number, anonymous_id="tab")
        feeds.feedback(f"asked{number}", number, order_key="asked")
        # A till: its address on the orders of three cards, twice, and of who showed none.
        shown = {"loyalty_card": f"SHOWN{number % 3}"} if number < 4 else {}
        feeds.order(f"till{number}", number, email="till@mail.de", **shown)
    forget(identity_project)
    cards = identifier_types(identity_project, "loyalty_card", max_identifiers_per_customer="2")
    with identifier_types(identity_project, max_records_per_identifier="4"), cards:
        found = resolve(identity_project, feeds)
    groups = {
        frozenset(orders(*(f"{name}{n}" for n in range(5)))) for name in ("canteen", "member")
    }
    groups |= {frozenset(orders(*(f"{name}{n}" for n in range(5)))) for name in ("caller", "tab")}
    answers = [of("feedback", f"asked{number}") for number in range(5)]
    groups.add(frozenset([*contacts("asked"), *orders("asked"), *answers]))
    groups |= {frozenset(orders("till0", "till3"))}
    groups |= {frozenset(orders(f"till{number}")) for number in (1, 2, 4)}
    assert partition(found) == groups
    rows = identity_project.execute(
        "select distinct identifier_type, identifier_value, rejection_reason"
        " from identity.int_identity__edge_decisions where rejection_reason is not null"
    )
    assert rows == [("email", "till@mail.de", "too_many_people")]


def test_a_rebuild_keeps_every_id(identity_project: DbtProject, solved: Records) -> None:
    forget(identity_project)
    feeds = Feeds()
    fill(feeds)
    assert resolve(identity_project, feeds) == solved
    # An older record joins later: a minted id would change.
    feeds.order("late-old", -30, email="late@mail.de")
    first = resolve(identity_project, feeds)
    assert resolve(identity_project, feeds, "--full-refresh") == first
    assert first[of("contact", "late")] == solved[of("contact", "late")]
    assert first[of("order", "late-old")] == first[of("contact", "late")]


def test_a_record_that_comes_back_finds_its_customer(
    identity_project: DbtProject, solved: Records
) -> None:
    everything, fewer = Feeds(), Feeds()
    fill(everything)
    fill(fewer)
    fewer.rows["contacts"] = fewer.rows["contacts"][:3]
    resolve(identity_project, fewer)
    again = resolve(identity_project, everything)
    assert again == {record: solved[record] for record in again}


def _log(project: DbtProject) -> set[tuple[Any, ...]]:
    """Everything that was logged, without times."""
    return set(
        project.execute(
            "select change_type, old_customer_id, new_customer_id, identifier_type, cause"
            " from identity.identity_changes where change_type <> 'create'"
        )
    )


def test_a_broken_run_and_new_files_leave_the_log_of_undisturbed_runs(
    identity_project: DbtProject,
) -> None:
    forget(identity_project)
    resolve(identity_project, _files_of_a_day(0))
    found = resolve(identity_project, _files_of_a_day(2))
    undisturbed = _whole_log(identity_project)
    # Killed before it wrote its crosswalk: what it computed never happened.
    forget(identity_project)
    resolve(identity_project, _files_of_a_day(0))
    resolve(identity_project, _files_of_a_day(1), last_model="int_identity__changes")
    assert resolve(identity_project, _files_of_a_day(2)) == found
    assert _whole_log(identity_project) == undisturbed
    # Killed after it: that happened, and the next run logs it, here into a log of its own making.
    forget(identity_project)
    resolve(identity_project, _files_of_a_day(0), last_model="identity_crosswalk")
    assert resolve(identity_project, _files_of_a_day(2)) == found
    assert _whole_log(identity_project) == undisturbed


def _files_of_a_day(day: int) -> Feeds:
    """All that has landed by a day; the oldest order of the last day mints another id."""
    feeds = Feeds()
    feeds.contact("harbour", 1, email="harbour@mail.de", phone="0421 334455")
    if day > 0:
        feeds.contact("mill", 5, email="mill@mail.de")
        feeds.order("quay", 6, email="quay@mail.de")
    if day > 1:
        feeds.order("earliest", -3, email="quay@mail.de")
        feeds.contact("bridge", 7, email="mill@mail.de", phone="0421 334455")
    return feeds


def _whole_log(project: DbtProject) -> list[tuple[Any, ...]]:
    return project.execute(
        "select change_type, old_customer_id, new_customer_id, record_count, identifier_type,"
        " identifier_node, cause from identity.identity_changes order by all"
    )


def test_no_record_at_all_is_no_error(identity_project: DbtProject, solved: Records) -> None:
    assert solved
    assert solve(identity_project, Feeds()) == {}


def test_a_request_about_a_record_that_nobody_knows_is_told(
    identity_project: DbtProject, solved: Records
) -> None:
    assert solved
    feeds = Feeds()
    feeds.contact("known", 1)
    feeds.unmerge("typo", ("contact", "known"), ("contact", "knwon"))
    resolve(identity_project, feeds)
    result = identity_project.dbt("test", "--select", "identity_unmerges_name_known_records")
    (said,) = failures(result)
    assert said.startswith("identity_unmerges_name_known_records: Got 1 result")
