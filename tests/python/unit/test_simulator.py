"""The simulator: same bytes, the contract's columns, a consistent truth, a true BG/NBD process."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from simulator import Settings, SimulatorError, simulate
from simulator.landing import FORMATS
from simulator.people import _nicknames
from simulator.purchases import bgnbd
from simulator.reading import Row, digest, rows_of, rows_of_feed
from simulator.seasons import clock, order_weights
from simulator.settings import Summary
from simulator.spill import windows
from simulator.text import csv_lines, json_lines, mix, money, quoted
from stammkunde.paths import PROJECT

END = dt.date(2025, 12, 31)

# The people of a simulation by their person_id, and each one's contact records.
Town = tuple[list[dict[str, Any]], list[list[Row]]]


def feed(summary: Summary, name: str) -> list[Row]:
    return rows_of_feed(summary.landing, name)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return simulate(Settings(1_500, 200, 7, tmp_path_factory.mktemp("shop")))


def test_same_seed_gives_same_bytes(shop: Summary, tmp_path: Path) -> None:
    again = simulate(Settings(1_500, 200, 7, tmp_path))
    assert digest(again.landing.parents[1]) == digest(shop.landing.parents[1])


def test_chunks_do_not_depend_on_the_size_of_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.run.CHUNK", 100)
    whole = simulate(Settings(350, 30, 7, tmp_path / "whole"))
    monkeypatch.setattr("simulator.run._WINDOW", 50)
    parts = simulate(Settings(350, 30, 7, tmp_path / "parts"))
    assert digest(parts.landing) == digest(whole.landing)
    assert (
        len({row["person_id"] for row in pq.read_table(whole.truth / "people.parquet").to_pylist()})
        == 350
    )


def test_another_seed_gives_other_people(shop: Summary, tmp_path: Path) -> None:
    other = simulate(Settings(1_500, 200, 8, tmp_path))
    assert digest(other.landing) != digest(shop.landing)


def test_same_simulation_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(60, 20, 1, tmp_path)
    first = simulate(settings)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    second = simulate(settings)
    assert second.reused
    assert second.rows == first.rows
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == times


def test_another_simulation_is_not_mixed_in(tmp_path: Path) -> None:
    simulate(Settings(60, 20, 1, tmp_path))
    with pytest.raises(SimulatorError, match="--overwrite"):
        simulate(Settings(61, 20, 1, tmp_path))
    assert simulate(Settings(61, 20, 1, tmp_path), overwrite=True).rows["ad_spend"] == 120


def test_unfinished_simulation_is_not_taken_for_a_finished_one(tmp_path: Path) -> None:
    settings = Settings(60, 20, 1, tmp_path)
    simulate(settings)
    (settings.truth / "settings.json").unlink()
    with pytest.raises(SimulatorError, match="unfinished"):
        simulate(settings)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customers": 0}, "customers"),
        ({"days": 1}, "days"),
        ({"seed": -1}, "seed"),
        ({"plant": ("storm",)}, "unknown fault: storm"),
        ({"alpha": 0.0}, "alpha"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, object], message: str) -> None:
    settings: dict[str, object] = {"customers": 5, "days": 5, "seed": 1, "out": Path("x")}
    with pytest.raises(SimulatorError, match=message):
        Settings(**{**settings, **changes})  # type: ignore[arg-type]


def test_one_person_in_two_days_is_enough(tmp_path: Path) -> None:
    summary = simulate(Settings(1, 2, 1, tmp_path))
    assert summary.rows["products"] >= 360
    assert summary.files["ad_spend"] == 2


# Nobody in the simulation asks to be erased, or to be kept apart from somebody.
REQUESTS = {"unmerges", "erasures"}


def contract_tables() -> dict[str, Any]:
    """The raw tables of the contract that the simulation fills, by name."""
    contract = yaml.safe_load(
        (PROJECT / "models/staging/shop/_shop__sources.yml").read_text(encoding="utf-8")
    )
    tables = {table["name"]: table for table in contract["sources"][0]["tables"]}
    return {name: table for name, table in tables.items() if name not in REQUESTS}


# Optional columns of the contract that the simulated shop does not write.
UNWRITTEN = {
    "messages": {"bounce_type"},
    "orders": {"payment_status", "is_test"},
    "order_lines": {"line_kind", "updated_at"},
}


def test_columns_equal_the_contract(shop: Summary) -> None:
    tables = contract_tables()
    assert set(tables) == set(FORMATS)
    for name, table in tables.items():
        columns = [column["name"] for column in table["columns"]]
        assert UNWRITTEN.get(name, set()) <= set(columns)
        expected = [column for column in columns if column not in UNWRITTEN.get(name, set())]
        paths = sorted((shop.landing / name).iterdir())
        assert paths
        for path in paths[:: max(1, len(paths) // 5)]:
            assert list(rows_of(path)[0]) == expected, path.name


def test_required_fields_are_filled(shop: Summary) -> None:
    for table in contract_tables().values():
        required = [
            column["name"]
            for column in table["columns"]
            if column.get("config", {}).get("meta", {}).get("required")
        ]
        empty = Counter(
            name for row in feed(shop, table["name"]) for name in required if row[name] is None
        )
        assert not empty, table["name"]


def test_rows_and_files_are_counted_right(shop: Summary) -> None:
    for name in FORMATS:
        assert len(feed(shop, name)) == shop.rows[name]
        assert len(list((shop.landing / name).iterdir())) == shop.files[name]


def test_rows_lie_in_the_file_of_their_day(shop: Summary) -> None:
    times = {
        "contacts": "updated_at", "orders": "updated_at", "events": "received_at",
        "messages": "occurred_at", "consents": "changed_at", "feedback": "submitted_at",
        "ad_spend": "spend_date", "products": "updated_at",
    }  # fmt: skip
    for name, column in times.items():
        for path in (shop.landing / name).iterdir():
            day = path.name.split("_")[-1][:10]
            assert {str(row[column])[:10] for row in rows_of(path)} == {day}, path.name


def test_keys_are_unique(shop: Summary) -> None:
    keys = {
        "contacts": ("contact_key", "updated_at"), "orders": ("order_key", "updated_at"),
        "order_lines": ("order_key", "line_number"), "products": ("product_key", "updated_at"),
        "events": ("event_key",), "messages": ("message_key", "action", "occurred_at"),
        "feedback": ("feedback_key",), "ad_spend": ("spend_date", "channel", "campaign", "purpose"),
    }  # fmt: skip
    for name, columns in keys.items():
        twice = Counter(tuple(row[column] for column in columns) for row in feed(shop, name))
        assert max(twice.values()) == 1, name


def test_everything_has_one_owner_in_the_truth(shop: Summary) -> None:
    orders = pq.read_table(shop.truth / "order_owner.parquet").to_pydict()
    contacts = pq.read_table(shop.truth / "contact_owner.parquet").to_pydict()
    devices = pq.read_table(shop.truth / "device_owner.parquet").to_pydict()
    people = pq.read_table(shop.truth / "people.parquet").to_pylist()
    persons = {row["person_id"] for row in people}
    assert len(set(orders["order_key"])) == len(orders["order_key"])
    assert set(orders["order_key"]) == {row["order_key"] for row in feed(shop, "orders")}
    assert len(set(contacts["contact_key"])) == len(contacts["contact_key"])
    assert set(contacts["contact_key"]) == {row["contact_key"] for row in feed(shop, "contacts")}
    assert len(set(devices["anonymous_id"])) == len(devices["anonymous_id"])
    assert set(devices["anonymous_id"]) >= {row["anonymous_id"] for row in feed(shop, "events")}
    assert {*orders["person_id"], *contacts["person_id"]} <= persons
    assert {owner for owners in devices["person_ids"] for owner in owners} <= persons
    assert max(len(owners) for owners in devices["person_ids"]) > 1
    bought = Counter(orders["person_id"])
    assert all(row["order_count"] == bought[row["person_id"]] for row in people)


def test_orders_belong_to_who_owns_their_contact_and_device(shop: Summary) -> None:
    order_owner, contact_owner, device_owner = (
        dict(zip(*pq.read_table(shop.truth / f"{name}.parquet").to_pydict().values(), strict=True))
        for name in ("order_owner", "contact_owner", "device_owner")
    )
    for row in feed(shop, "orders"):
        owner = order_owner[row["order_key"]]
        assert row["contact_key"] is None or contact_owner[row["contact_key"]] == owner
        assert row["anonymous_id"] is None or owner in device_owner[row["anonymous_id"]]


def test_logins_belong_to_the_devices_owner_and_follow_registration(shop: Summary) -> None:
    contact_owner, device_owner = (
        dict(zip(*pq.read_table(shop.truth / f"{name}.parquet").to_pydict().values(), strict=True))
        for name in ("contact_owner", "device_owner")
    )
    created = {row["contact_key"]: row["created_at"] for row in feed(shop, "contacts")}
    known = [row for row in feed(shop, "events") if row["user_key"]]
    assert known
    for row in known:
        assert contact_owner[row["user_key"]] in device_owner[row["anonymous_id"]]
        assert str(created[row["user_key"]]) <= str(row["occurred_at"])


def test_no_event_follows_the_withdrawal_of_tracking(shop: Summary) -> None:
    stops: dict[int, str] = {}
    owner = dict(
        zip(*pq.read_table(shop.truth / "contact_owner.parquet").to_pydict().values(), strict=True)
    )
    for row in feed(shop, "consents"):
        if row["purpose"] == "tracking" and row["state"] == "withdrawn":
            person = owner[row["contact_key"]]
            stops[person] = min(stops.get(person, "9"), str(row["changed_at"]))
    devices = pq.read_table(shop.truth / "device_owner.parquet").to_pydict()
    device_stop = {
        device: min((stops[person] for person in owners if person in stops), default="9")
        for device, owners in zip(*devices.values(), strict=True)
    }
    assert len(stops) > 20
    assert any(stop < "9" for stop in device_stop.values())
    for row in feed(shop, "events"):
        assert str(row["occurred_at"]) < device_stop[row["anonymous_id"]]
    for row in feed(shop, "orders"):
        if row["anonymous_id"]:
            assert str(row["ordered_at"]) < device_stop[row["anonymous_id"]]


def test_messages_need_a_consent_that_holds(shop: Summary) -> None:
    changes: dict[tuple[str | None, str | None], list[tuple[str, str]]] = {}
    for row in feed(shop, "consents"):
        if row["purpose"] == "marketing":
            entry = (str(row["changed_at"]), str(row["state"]))
            changes.setdefault((row["contact_key"], row["channel"]), []).append(entry)
    messages = feed(shop, "messages")
    assert {row["action"] for row in messages} >= {"send", "delivery", "open", "click", "bounce"}
    for row in messages:
        history = sorted(changes[row["contact_key"], row["channel"]])
        when = str(row["occurred_at"])
        if row["action"] in ("unsubscribe", "complaint"):
            assert (when, "withdrawn") in history
        else:
            assert [state for at, state in history if at <= when][-1] == "granted"


def test_returns_point_to_their_line_and_never_exceed_it(shop: Summary) -> None:
    lines = feed(shop, "order_lines")
    bought = {
        (row["order_key"], row["line_number"]): row for row in lines if row["is_return"] == "false"
    }
    back = [row for row in lines if row["is_return"] == "true"]
    assert any(row["returned_line_number"] is None for row in back)
    for row in back:
        assert int(row["quantity"] or 0) < 0
        assert float(row["discount"] or 0) <= 0
        assert row["returned_at"]
        if row["returned_line_number"]:
            origin = bought[row["order_key"], row["returned_line_number"]]
            assert origin["product_key"] == row["product_key"]
            assert -int(row["quantity"] or 0) <= int(origin["quantity"] or 0)


def test_orders_are_sent_again_when_they_end(shop: Summary) -> None:
    versions: dict[str | None, list[Row]] = {}
    for row in feed(shop, "orders"):
        versions.setdefault(row["order_key"], []).append(row)
    states = Counter(
        tuple(str(row["status"]) for row in sorted(rows, key=lambda row: str(row["updated_at"])))
        for rows in versions.values()
    )
    assert set(states) == {
        ("placed",), ("delivered",), ("placed", "delivered"), ("placed", "cancelled")
    }  # fmt: skip
    times = [str(versions[key][0]["ordered_at"]) for key in sorted(versions, key=str)]
    assert times == sorted(times)
    numbers = sorted(int(str(key)) for key in versions)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_kinds_of_people_channels_and_currencies_all_occur(shop: Summary) -> None:
    orders = feed(shop, "orders")
    assert {row["sales_channel"] for row in orders} == {"web", "app", "store", "phone"}
    assert {row["currency"] for row in orders} == {"EUR", "CHF", "GBP"}
    till = [row for row in orders if row["sales_channel"] == "store"]
    names = ("contact_key", "email", "phone", "anonymous_id", "loyalty_card")
    assert any(all(row[name] is None for name in names) for row in till)
    assert any(row["loyalty_card"] for row in till)
    events = feed(shop, "events")
    assert {row["device_type"] for row in events} == {"mobile", "desktop", "tablet"}
    assert {row["platform"] for row in events} == {"web", "ios", "android"}
    assert {row["is_test_account"] for row in feed(shop, "contacts")} == {"true", "false"}
    assert min(shop.people.values()) > 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The people of a shop with enough of them for the rare ones, and each one's contacts."""
    shop = simulate(Settings(40_000, 60, 3, tmp_path_factory.mktemp("town")))
    owner = {
        row["contact_key"]: row["person_id"]
        for row in pq.read_table(shop.truth / "contact_owner.parquet").to_pylist()
    }
    people = pq.read_table(shop.truth / "people.parquet").to_pylist()
    contacts: list[list[Row]] = [[] for _ in people]
    for row in feed(shop, "contacts"):
        contacts[owner[row["contact_key"]]].append(row)
    return people, contacts


def test_twins_share_birth_date_and_address_but_no_first_name(
    town: Town,
) -> None:
    people, contacts = town
    twins = [person["person_id"] for person in people if person["is_twin"]]
    assert 0.002 < len(twins) / len(people) < 0.006
    births, mailboxes = 0, 0
    for one, other in zip(twins[::2], twins[1::2], strict=True):
        assert other == one + 1
        assert people[one]["household_id"] == people[other]["household_id"]
        for first in contacts[one]:
            for second in contacts[other]:
                assert first["first_name"] is None or first["first_name"] != second["first_name"]
                if first["birth_date"] and second["birth_date"]:
                    assert first["birth_date"] == second["birth_date"]
                    births += 1
                mailboxes += first["email"] is not None and first["email"] == second["email"]
    assert births > 0
    assert mailboxes > 0


def test_offices_share_a_telephone_and_namesakes_have_other_last_names(
    town: Town,
) -> None:
    people, contacts = town
    offices: dict[int, list[int]] = {}
    for person in people:
        if person["office_id"] is not None:
            offices.setdefault(person["office_id"], []).append(person["person_id"])
    assert 0.004 < sum(map(len, offices.values())) / len(people) < 0.015
    assert {len(members) for members in offices.values()} == {2, 3, 4}
    assert len({people[one]["household_id"] for one in offices}) == len(offices)
    namesakes = 0
    for members in offices.values():
        rows = [row for member in members for row in contacts[member]]
        assert len({row["company"] for row in rows}) <= 1
        assert len({row["phone"][-4:] for row in rows if row["phone"]}) <= len(rows)
        names = [(row["first_name"], row["last_name"]) for row in rows if row["first_name"]]
        namesakes += len({first for first, _ in names}) < len(set(names))
    assert namesakes > 0


def test_people_write_the_short_form_of_their_name_in_second_records() -> None:
    names = pa.array(["Thomas", "Ben", None, "Edward"])
    written = pa.array(["Thmas", "Ben", None, "EDWARD"])
    assert _nicknames(names, written).to_pylist() == ["Tom", "Ben", None, "Ted"]


def test_last_day_is_whole_and_received_late(shop: Summary) -> None:
    events = feed(shop, "events")
    assert max(str(row["received_at"]) for row in events) >= f"{END}T21:00:00Z"
    days = Counter(str(row["received_at"])[:10] for row in events)
    week = [days[(END - dt.timedelta(days=back)).isoformat()] for back in range(1, 15)]
    # Some 130 events a day in this small shop: chance alone moves a day by a fifth.
    assert 0.55 < days[END.isoformat()] / (sum(week) / 14) < 1.8


def test_bgnbd_purchases_have_the_models_mean() -> None:
    # Golden numbers: expected repeat purchases of a new customer after 39 and 78 weeks under the
    # published CDNOW parameters (lifetimes, Fader, Hardie and Lee 2005).
    people = 200_000
    rng = np.random.default_rng(3)
    rate = rng.gamma(0.243, 1 / 4.414, people)
    dropout = rng.beta(0.793, 2.426, people)
    bought = bgnbd(rng, np.zeros(people), rate, dropout, 78.0)
    repeat = bought.sequence > 0
    assert (bought.at[repeat] < 39).sum() / people == pytest.approx(1.1967, rel=0.03)
    assert repeat.sum() / people == pytest.approx(1.8605, rel=0.03)


def test_nobody_buys_after_leaving() -> None:
    rng = np.random.default_rng(4)
    first = np.array([0.0, 1.0, 50.0])
    bought = bgnbd(rng, first, np.full(3, 2.0), np.array([1.0, 0.0, 0.5]), 40.0)
    assert (bought.person == 0).sum() == 2  # leaving follows the first repeat
    assert bought.at.max() < 40
    assert np.isinf(bought.gone_at[1])
    assert not (bought.person == 2).any()


def test_clock_keeps_order_and_comes_back() -> None:
    ticks = clock(order_weights(dt.date(2025, 1, 1), 365))
    times = np.sort(np.random.default_rng(1).uniform(0, 365 * 86_400, 1_000))
    operational = ticks.to_operational(times)
    assert (np.diff(operational) > 0).all()
    assert ticks.to_calendar(operational) == pytest.approx(times, abs=1e-3)


def test_text_is_quoted_and_escaped() -> None:
    import pyarrow as pa

    fields = quoted(pa.array(['a "b", c', "plain", None]))
    assert csv_lines([fields, money(np.array([-1250, 5, 0]))]).to_pylist() == [
        '"a ""b"", c",-12.50\n', "plain,0.05\n", ",0.00\n",
    ]  # fmt: skip
    lines = json_lines({"n": pa.array([1, None]), "t": pa.array(['say "hi"', None])}).to_pylist()
    assert [json.loads(line) for line in lines] == [
        {"n": 1, "t": 'say "hi"'},
        {"n": None, "t": None},
    ]


def test_keys_do_not_collide() -> None:
    assert np.unique(mix(np.arange(100_000), 5)).size == 100_000


def test_windows_cover_every_filled_day_once() -> None:
    rows = np.array([0, 5, 5, 20, 0, 1, 0])
    cut = windows(rows, 10)
    assert cut == [(0, 3), (3, 4), (4, 7)] or cut == [(0, 3), (3, 5), (5, 7)]
    assert windows(np.zeros(3, dtype=np.int64), 10) == []
