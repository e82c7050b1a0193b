"""Why two records are one customer, or two, over the real identity models."""

import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from stammkunde.cli import app
from stammkunde.evidence import Evidence, EvidenceError, Record, Tie, describe, explain
from stammkunde.paths import Home
from tests.python.dbt_project import DbtProject

from .feeds import Feeds


@pytest.fixture(scope="module")
def warehouse(identity_project: DbtProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain, two ways between two records, a couple, a recycled number, a till's address."""
    feeds = Feeds()
    feeds.contact("a", 1, email="ada@mail.de")
    feeds.contact("b", 2, email="ada@mail.de", phone="030 7654321")
    feeds.contact("c", 3, phone="030 7654321", loyalty_card="C1")
    feeds.contact("d", 4, loyalty_card="c-1")
    feeds.contact("e", 1, email="eva@mail.de")
    feeds.contact("f", 2, email="eva@mail.de", phone="040 1234512")
    feeds.contact("g", 3, phone="040 1234512")
    feeds.order("short", 5, contact_key="e", phone="040 1234512")
    feeds.contact("wife", 1, first_name="Martina", email="couple@mail.de", phone="030 1112223")
    feeds.contact("husband", 2, first_name="Thomas", email="couple@mail.de", phone="030 1112223")
    feeds.contact("before", 1, first_name="Karl", phone="030 4445556")
    feeds.contact("after", 4_000, first_name="Karla", phone="030 4445556")
    for number in range(8):
        feeds.contact(f"till{number}", number, email="till@shop.de")
    feeds.load(identity_project)
    result = identity_project.dbt("run", "--full-refresh")
    assert result.success
    identity_project.execute("checkpoint")
    home = Home(tmp_path_factory.mktemp("evidence"))
    home.warehouse.parent.mkdir()
    # A copy: dbt has its own open, in this process.
    return Path(shutil.copy(identity_project.warehouse, home.warehouse))


def explained(warehouse: Path, first: str, second: str) -> Evidence:
    return explain(warehouse, Record.parse(first), Record.parse(second))


def test_the_shortest_path_is_found(warehouse: Path) -> None:
    evidence = explained(warehouse, "contact:shop|a", "contact:shop|d")
    assert evidence.is_one_customer
    assert [(tie.identifier_type, str(tie.leads_to)) for tie in evidence.path] == [
        ("email", "contact:shop|b"),
        ("phone", "contact:shop|c"),
        ("loyalty_card", "contact:shop|d"),
    ]
    assert describe(evidence)[1:] == [
        "  contact:shop|a",
        "    │ email a…@mail.de",
        "  contact:shop|b",
        "    │ phone +49…1",
        "  contact:shop|c",
        "    │ loyalty_card …",
        "  contact:shop|d",
    ]
    assert "    │ email ada@mail.de" in describe(evidence, shows_values=True)


def test_of_two_paths_of_a_length_the_more_trusted_identifiers_count(warehouse: Path) -> None:
    evidence = explained(warehouse, "contact:shop|e", "contact:shop|g")
    # Over f by e-mail or over the order by contact key: both two steps.
    assert [tie.identifier_type for tie in evidence.path] == ["contact_key", "phone"]


def test_a_record_and_itself_need_no_evidence(warehouse: Path) -> None:
    evidence = explained(warehouse, "contact:shop|a", "contact:shop|a")
    assert evidence.is_one_customer
    assert evidence.path == ()


def test_of_two_customers_the_rejected_identifiers_are_named(warehouse: Path) -> None:
    evidence = explained(warehouse, "contact:shop|till1", "contact:shop|till2")
    assert not evidence.is_one_customer
    assert evidence.path == (Tie("email", "till@shop.de", "too_many_contacts", None),)
    assert describe(evidence)[2:] == [
        "Between both, and it ties nobody:",
        "  email t…@shop.de: too_many_contacts",
    ]
    strangers = explained(warehouse, "contact:shop|a", "contact:shop|till2")
    assert describe(strangers)[2:] == ["No identifier is on both records."]


def test_of_two_customers_what_is_divided_between_them_is_named(warehouse: Path) -> None:
    couple = explained(warehouse, "contact:shop|wife", "contact:shop|husband")
    assert couple.path == (
        Tie("email", "couple@mail.de", "shared_by_several_people", None),
        Tie("phone", "+49301112223", "shared_by_several_people", None),
    )
    recycled = explained(warehouse, "contact:shop|before", "contact:shop|after")
    assert recycled.path == (Tie("phone", "+49304445556", "of_another_time", None),)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ada@mail.de", "a…@mail.de"),
        ("a@b.de", "…@b.de"),
        ("C1234", "…"),
        ("C12345", "C…5"),
        ("+493012345678", "+49…8"),
        ("0123456789abcdef0123", "0123…3"),
    ],
)
def test_no_more_than_a_third_of_a_value_is_shown(value: str, shown: str) -> None:
    assert Tie("any", value, "", None).masked_value == shown


@pytest.mark.parametrize("text", ["shop|a", "customer:shop|a"])
def test_a_record_has_a_type(text: str) -> None:
    with pytest.raises(EvidenceError, match="A record is written type:id"):
        Record.parse(text)


def test_the_command_says_what_is_missing(warehouse: Path, tmp_path: Path) -> None:
    def asked(second: str, home: Path) -> tuple[int, str]:
        arguments = ["why", "contact:shop|a", second, "--home", str(home)]
        outcome = CliRunner().invoke(app, arguments)
        return outcome.exit_code, " ".join(outcome.output.split())

    home = warehouse.parents[1]
    code, said = asked("contact:shop|b", home)
    assert (code, "│ email a…@mail.de" in said) == (0, True)
    code, said = asked("contact:shop|nobody", home)
    assert (code, "There is no record contact:shop|nobody." in said) == (2, True)
    code, said = asked("contact:shop|b", tmp_path)
    assert (code, "There is no warehouse" in said) == (2, True)


def test_a_warehouse_without_customers_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    record = Record.parse("contact:shop|a")
    with pytest.raises(EvidenceError, match="No run has resolved customers"):
        explain(empty, record, record)
