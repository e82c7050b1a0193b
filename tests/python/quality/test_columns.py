"""Columns that files lose: from headers to findings."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from stammkunde.ingest import load, read_contract
from stammkunde.quality import read_rules
from stammkunde.quality.columns import (
    LoadedFile,
    lost_columns,
    read_critical,
    read_loaded_files,
)
from stammkunde.quality.statistics import column_statistics
from stammkunde.settings import known_sources, sources_file


def day(number: int, rows: int = 100, name: str = "o", **filled: int) -> LoadedFile:
    return LoadedFile(f"orders/{name}_2025-01-{number:02}.csv", rows, filled)


def days(count: int, **filled: int) -> list[LoadedFile]:
    return [LoadedFile(day(number).name, 100, filled) for number in range(1, count + 1)]


def found(files: list[LoadedFile]) -> list[tuple[str, str, bool]]:
    return [(each.column, each.file[-6:-4], each.is_there) for each in lost_columns(files)]


FAULTS: Mapping[str, tuple[list[LoadedFile], list[tuple[str, str, bool]]]] = {
    "one file before is enough": (
        [day(1, phone=60), day(2, note=1)],
        [("phone", "02", False)],
    ),
    "the last file lacks it": ([*days(30, phone=60), day(31)], [("phone", "31", False)]),
    "it is empty": ([*days(30, phone=60), day(31, phone=0)], [("phone", "31", True)]),
    "it stays away: each file is named until it is usual": (
        [*days(20, phone=60), day(21), day(22)],
        [("phone", "21", False), ("phone", "22", False)],
    ),
    "it came back, but the file without it is still loaded": (
        [*days(20, phone=60), day(21), day(22, phone=60)],
        [("phone", "21", False)],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_column_is_found(fault: str) -> None:
    files, expected = FAULTS[fault]
    assert found(files) == expected


NO_FAULTS = {
    "no file before": [day(1, phone=60)],
    "nothing changed": days(30, phone=60, note=0),
    "it never held a value": [*days(30, phone=60, note=0), day(31, phone=60)],
    "a new column": [*days(30, phone=60), day(31, phone=60, note=3)],
    "so few rows that chance may leave it empty": [
        *days(30, phone=10),
        day(31, rows=60, phone=0),
    ],
    "a column of campaigns, there on every other day": [
        *(day(number, phone=60, coupon=60 * (number % 2)) for number in range(1, 31)),
        day(31, phone=60, coupon=0),
    ],
    "lost long ago": [
        *days(5, phone=60, fax=60),
        *(day(number, phone=60) for number in range(6, 31)),
    ],
}


@pytest.mark.parametrize("case", NO_FAULTS)
def test_other_files_are_clean(case: str) -> None:
    assert found(NO_FAULTS[case]) == []


def test_files_of_two_kinds_are_held_against_their_own() -> None:
    files = []
    for number in range(1, 20):
        files += [day(number, phone=60), day(number, name="till", card=50)]
    # the first of the tills has none of its kind before it, but is old
    assert found(files) == []
    assert found([*files, day(20, name="till")]) == [("card", "20", False)]


def test_a_critical_column_stops_and_another_warns() -> None:
    files = {
        ("shop", "orders"): [day(1, email=99, promised_at=99), day(2)],
        ("shop", "events"): [day(1, user_key=99)],
    }
    feeds = [("shop", "orders"), ("shop", "events"), ("shop", "contacts")]
    statistics = {(each.check_id, each.feed): each for each in column_statistics(files, feeds)}
    grave, light = statistics["C6", "orders"], statistics["C7", "orders"]
    assert (grave.statistic, light.statistic) == (1.0, 1.0)
    assert grave.detail == (
        "email is missing in orders/o_2025-01-02.csv (99% of the rows before had one)"
    )
    assert light.detail.startswith("promised_at is missing")
    for feed in ("events", "contacts"):
        assert statistics["C6", feed].not_evaluated_reason is not None
    severities = {rule.check_id: rule.severity for rule in read_rules()}
    assert (severities["C6"], severities["C7"]) == ("error", "warn")


def test_critical_columns_are_in_the_contracts() -> None:
    contracts = {source: read_contract(sources_file(source)) for source in known_sources()}
    unknown = [
        row for row in read_critical() if row[2] not in contracts[row[0]].feeds[row[1]].column_names
    ]
    assert unknown == []


def test_the_ledger_knows_the_columns_of_each_file(tmp_path: Path) -> None:
    header = "Order Key,contact_key,{},ordered_at,sales_channel,status,currency,updated_at\n"
    row = "{},,{},2025-01-01T10:00:00Z,web,placed,EUR,2025-01-01T10:00:00Z\n"
    folder = tmp_path / "landing" / "orders"
    folder.mkdir(parents=True)
    for name, column, value in (
        ("a.csv", "email", "a@b.example"),
        ("b.csv", "E-Mail", "c@d.example"),
        ("c.csv", " e mail ", ""),
        ("d.csv", "mail_address", "e@f.example"),
    ):
        text = header.format(column) + row.format(name, value)
        (folder / name).write_text(text, encoding="utf-8")
    warehouse = tmp_path / "w.duckdb"
    report = load("shop", tmp_path / "landing", warehouse, read_contract(sources_file("shop")))
    said = [str(each) for each in report.messages if each.code == "respelled_column"]
    assert said == [
        "orders/b.csv: its column 'E-Mail' is taken for 'email'",
        "orders/c.csv: its column ' e mail ' is taken for 'email'",
    ]
    with duckdb.connect(str(warehouse)) as connection:
        files = read_loaded_files(connection)["shop", "orders"]
        values = connection.execute("select email from raw.shop__orders order by _file").fetchall()
    assert [file.filled.get("email") for file in files] == [1, 1, 0, None]
    assert values == [("a@b.example",), ("c@d.example",), (None,), (None,)]
    both = header.format("email,e-mail") + row.format("x", "a@b.example,c@d.example")
    (folder / "e.csv").write_text(both, encoding="utf-8")
    report = load("shop", tmp_path / "landing", warehouse, read_contract(sources_file("shop")))
    (refused,) = report.errors
    assert refused.code == "duplicate_column"
