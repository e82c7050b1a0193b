"""The quality of identity over hand-made feeds: with labels and without, and households."""

from collections import defaultdict
from collections.abc import Sequence

import duckdb
import pytest

from tests.python.dbt_project import DbtProject

from .feeds import SOURCE, Feeds
from .test_identity_scenarios import failures

Label = tuple[str, str, str]  # record_type, key, person

LABELS: list[Label] = [
    # Two records of one person, found through the address.
    ("contact", "anna1", "Anna"),
    ("contact", "anna2", "Anna"),
    # A third one that shares nothing with them: no method that goes by identifiers finds it.
    ("contact", "anna3", "Anna"),
    # Two people of one address, of whom one alone has a contact record: nothing tells them apart.
    ("contact", "bert", "Bert"),
    ("order", "berta", "Berta"),
    # A record that never came.
    ("order", "lost", "Lost"),
]


def fill(feeds: Feeds) -> None:
    feeds.contact("anna1", 1, email="anna@mail.de", first_name="Anna")
    feeds.contact("anna2", 2, email="ANNA@mail.de", first_name="Anna")
    feeds.contact("anna3", 3, email="other@mail.de", first_name="Anna")
    feeds.contact("bert", 4, email="berts@mail.de", first_name="Bert")
    feeds.order("berta", 5, email="berts@mail.de")


AND_TEST = ("build", "--exclude-resource-type", "seed", "unit_test")


def build(
    project: DbtProject, feeds: Feeds, *labels: Label, command: Sequence[str] = ("run",)
) -> None:
    feeds.load(project)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("create schema if not exists raw")
        connection.execute("drop table if exists raw.identity_truth")
        if labels:
            connection.execute(
                "create table raw.identity_truth"
                " (truth_set text, record_type text, record_id text, person_id text)"
            )
            connection.executemany(
                "insert into raw.identity_truth values (?, ?, ?, ?)",
                [("hand", kind, f"{SOURCE}|{key}", person) for kind, key, person in labels],
            )
    result = project.dbt(*command)
    assert result.success, failures(result)


def accuracy(project: DbtProject) -> dict[str, float]:
    rows = project.execute("select metric, metric_value from identity.identity_accuracy")
    return dict(rows)


def test_without_labels_nothing_is_measured(measured_project: DbtProject) -> None:
    feeds = Feeds()
    fill(feeds)
    build(measured_project, feeds)
    assert accuracy(measured_project) == {}


def test_customers_are_held_against_labels(measured_project: DbtProject) -> None:
    feeds = Feeds()
    fill(feeds)
    build(measured_project, feeds, *LABELS, command=AND_TEST)
    found = accuracy(measured_project)
    counts = {name: value for name, value in found.items() if not _is_share(name)}
    assert counts == {
        "record_count": 5,
        "person_count": 3,
        "missing_record_count": 1,
        "claimed_pairs": 2,  # Anna's two, and Bert with Berta
        "true_pairs": 3,
        "correct_pairs": 1,
        "reachable_pairs": 1,
        "reached_pairs": 1,
    }
    shares = {name: value for name, value in found.items() if _is_share(name)}
    assert shares == pytest.approx(
        {
            "pairwise_precision": 1 / 2,
            "pairwise_recall": 1 / 3,
            "pairwise_f1": 2 / 5,
            "reachable_recall": 1,
            "bcubed_precision": (1 + 1 + 1 + 1 / 2 + 1 / 2) / 5,
            "bcubed_recall": (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5,
            "bcubed_f1": 2 * 0.8 * (11 / 15) / (0.8 + 11 / 15),
        }
    )


def _is_share(name: str) -> bool:
    return name.endswith(("precision", "recall", "f1"))


def test_a_way_through_a_record_without_label_makes_a_pair_reachable(
    measured_project: DbtProject,
) -> None:
    """A message to the contact went to the address under which the guest ordered."""
    feeds = Feeds()
    feeds.contact("carl", 1, first_name="Carl")
    feeds.message("m1", 2, contact_key="carl", address="carl@mail.de")
    feeds.order("carl", 3, email="carl@mail.de")
    build(measured_project, feeds, ("contact", "carl", "Carl"), ("order", "carl", "Carl"))
    found = accuracy(measured_project)
    assert (found["reachable_pairs"], found["reached_pairs"]) == (1, 1)


def test_pairs_that_somebody_looked_at_are_held_against_themselves(
    measured_project: DbtProject,
) -> None:
    feeds = Feeds()
    fill(feeds)
    measured_project.execute(
        "create or replace table raw.identity_truth_pairs as select 'seen' as truth_set,"
        " 'contact' as record_type, 'shop|anna1' as record_id, 'contact' as other_record_type,"
        " 'shop|' || key as other_record_id, is_same_person"
        " from (values ('anna2', true), ('anna3', true), ('bert', false))"
        " as seen (key, is_same_person)"
    )
    build(measured_project, feeds)
    found = accuracy(measured_project)
    measured_project.execute("drop table raw.identity_truth_pairs")
    assert (found["pairwise_precision"], found["pairwise_recall"]) == (1, 1 / 2)


def test_a_bridge_between_accounts_is_the_weakest(measured_project: DbtProject) -> None:
    """Two records of one address, and a third that hangs on a telephone number alone."""
    feeds = Feeds()
    feeds.contact("dora1", 1, email="dora@mail.de", loyalty_card="D1", first_name="Dora")
    feeds.contact("dora2", 2, email="dora@mail.de", loyalty_card="D1", first_name="Dora")
    feeds.contact("dora3", 3, phone="030 7654321", first_name="Dora")
    feeds.contact("dora4", 4, phone="030 7654321", email="dora@mail.de", first_name="Dora")
    feeds.order("dora", 5, contact_key="dora1")
    build(measured_project, feeds)
    rows = measured_project.execute(
        "select record_count, is_evaluated, contact_bridge_count, weakest_identifier_type,"
        " weakest_contact_count from identity.identity_bridges"
    )
    # Of dora4: its address; of dora3: its number, on either side. The card backs the first two.
    assert rows == [(5, True, 3, "phone", 1)]


def test_a_crowded_customer_stops_the_build(measured_project: DbtProject) -> None:
    """Ten addresses, ten numbers and a contact record: each type keeps its limit, R6 does not."""
    feeds = Feeds()
    feeds.contact("crowd", 1, first_name="Fred")
    for number in range(10):
        feeds.message(f"e{number}", 2, contact_key="crowd", address=f"f{number}@mail.de")
        phone = f"030 55512{number}{number}"
        feeds.message(f"s{number}", 2, contact_key="crowd", channel="sms", address=phone)
    feeds.load(measured_project)
    result = measured_project.dbt(*AND_TEST)
    assert [failure.split(":")[0] for failure in failures(result)] == [
        "customers_have_few_identifiers"
    ]


def test_churn_is_logged_run_by_run(measured_project: DbtProject) -> None:
    measured_project.execute("drop table if exists identity.identity_crosswalk")
    measured_project.execute("drop table if exists identity.identity_churn")
    feeds = Feeds()
    feeds.contact("emil1", 1, email="emil1@mail.de", first_name="Emil")
    feeds.contact("emil2", 2, email="emil2@mail.de", first_name="Emil")
    build(measured_project, feeds)
    feeds.order("emil", 3, contact_key="emil1", email="emil2@mail.de")
    build(measured_project, feeds)
    rows = measured_project.execute(
        "select customers_before, customers_after, created_count, merged_count, split_count,"
        " share_of_ids_kept from identity.identity_churn order by run_at"
    )
    assert rows == [(0, 2, 2, 0, 0, None), (2, 1, 0, 1, 0, 0.5)]


HOME = {"street": "Lange Str. 12 a", "postcode": "10115", "city": "Berlin"}

HOUSEHOLDS = {
    "mother": {**HOME, "first_name": "Eva", "last_name": "Groß"},
    "father": {**HOME, "first_name": "Udo", "last_name": "GROSS", "street": "Lange Straße 12A"},
    "lodger": {**HOME, "first_name": "Ida", "last_name": "Klein"},
    "next door": {**HOME, "first_name": "Max", "last_name": "Groß", "street": "Lange Str. 12"},
    "other town": {**HOME, "first_name": "Ute", "last_name": "Groß", "postcode": "20095"},
    "no number": {**HOME, "first_name": "Jan", "last_name": "Groß", "street": "Lange Str."},
}


def households(project: DbtProject) -> dict[str, tuple[str | None, int | None, str | None]]:
    rows = project.execute(
        "select record_id, household_id, household_size, no_household_reason"
        " from identity.customer_households inner join identity.int_identity__customer_records"
        " using (customer_id) where record_type = 'contact'"
    )
    return {record_id.removeprefix(f"{SOURCE}|"): tuple(rest) for record_id, *rest in rows}


def test_one_name_at_one_address_is_a_household_and_a_high_rise_is_none(
    measured_project: DbtProject,
) -> None:
    feeds = Feeds()
    high_rise = {**HOME, "last_name": "Müller", "street": "Hochhaus 1"}
    for number in range(9):
        person = {**high_rise, "first_name": f"N{number}"}
        feeds.contact(f"m{number}", number, email=f"m{number}@mail.de", **person)
    for day, (key, values) in enumerate(HOUSEHOLDS.items()):
        feeds.contact(key, day, email=f"{key[:5]}{day}@mail.de", **values)
    build(measured_project, feeds)
    found = households(measured_project)
    crowd = {found.pop(f"m{number}") for number in range(9)}
    assert crowd == {(None, None, "too_many_customers")}
    members = defaultdict(set)
    for key, (household, _, _) in found.items():
        members[household].add(key)
    assert members.pop(None) == {"no number"}
    assert sorted(map(sorted, members.values())) == [
        ["father", "mother"],
        ["lodger"],
        ["next door"],
        ["other town"],
    ]
    assert found["mother"][1:] == (2, None)
    assert found["no number"][1:] == (None, "no_address")

    # A daughter joins: the household keeps its id, and nobody became one customer.
    feeds.contact(
        "daughter", 9, email="daughter@mail.de", first_name="Lea", **{**HOME, "last_name": "Gross"}
    )
    build(measured_project, feeds)
    again = households(measured_project)
    assert again["daughter"] == again["mother"] == (found["mother"][0], 3, None)
    assert len(set(again)) == len(HOUSEHOLDS) + 9 + 1
