"""The dbt YAML of a source is the loader's contract."""

from pathlib import Path

import pytest

from stammkunde.ingest import ContractError, normalise_name, read_contract
from stammkunde.settings import sources_file


@pytest.mark.parametrize("source", ["shop", "online_retail", "cdnow", "fake_1000", "febrl3"])
def test_the_contracts_of_this_project_can_be_read(source: str) -> None:
    contract = read_contract(sources_file(source))
    assert contract.name == source
    assert all(feed.table == f"{source}__{feed.name}" for feed in contract.feeds.values())
    assert all(feed.required for feed in contract.feeds.values())


def test_the_contract_of_the_shop_has_eleven_feeds_and_marks_personal_data() -> None:
    contract = read_contract(sources_file("shop"))
    assert len(contract.feeds) == 11
    contacts = {column.name: column for column in contract.feeds["contacts"].columns}
    assert contacts["email"].pii
    assert not contacts["email"].required
    assert contacts["contact_key"].required


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("InvoiceNo", "invoiceno"),
        (" Order Key ", "order_key"),
        ("Größe (cm)", "größe_cm"),
        ("a--b__c", "a_b_c"),
        ("_file", "file"),
        ("\uff21\uff22\uff23", "abc"),
        ("", ""),
    ],
)
def test_names_are_normalised(name: str, normalised: str) -> None:
    assert normalise_name(name) == normalised


FAULTS = {
    "no_yaml": ("sources: [", "is no YAML"),
    "no_sources": ("models: []", "holds 0 sources"),
    "two_sources": ("sources: [{name: shop}, {name: x}]", "holds 2 sources"),
    "no_tables": ("sources: [{name: shop}]", "has no tables"),
    "no_columns": (
        "sources: [{name: shop, tables: [{name: a, identifier: shop__a}]}]",
        "has no columns",
    ),
    "another_identifier": (
        "sources: [{name: shop, tables: [{name: a, columns: [{name: b}]}]}]",
        "needs `identifier: shop__a`",
    ),
    "name_not_normalised": (
        "sources: [{name: shop, tables: [{name: a, identifier: shop__a, columns: [{name: B b}]}]}]",
        "must be written as it is loaded: 'b_b'",
    ),
    "column_twice": (
        "sources: [{name: shop, tables: "
        "[{name: a, identifier: shop__a, columns: [{name: b}, {name: b}]}]}]",
        "names columns twice: b",
    ),
    "name_that_is_none": (
        "sources: [{name: shop, tables: [{name: 'a; drop', columns: [{name: b}]}]}]",
        "is not of the form",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_contract_that_cannot_be_followed_is_a_clear_error(tmp_path: Path, case: str) -> None:
    text, message = FAULTS[case]
    path = tmp_path / "_shop__sources.yml"
    path.write_text(text)
    with pytest.raises(ContractError, match=message.replace("(", r"\(")):
        read_contract(path)


def test_a_missing_contract_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no file"):
        read_contract(tmp_path / "_shop__sources.yml")
