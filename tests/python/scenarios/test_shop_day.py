"""The shop's day, an old day, placeholder times, German numbers and an impossible birth date.

The models of orders and customers over landing files that this test writes, built once for a shop
in Berlin; of New York, where the day begins after UTC's, the models that need no customers.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import sources_file

FILES = {
    "contacts/people.csv": """
        contact_key,email,birth_date,country,created_at,updated_at
        K1,ada@mail.example,1985-13-01,DE,2025-01-01T10:00:00Z,2025-06-01T10:00:00Z
        K2,bo@mail.example,1990-02-28,DE,2025-01-01T10:00:00Z,2025-01-01T10:00:00Z
        K3,cy@mail.example,,DE,2025-04-01T10:00:00Z,2025-04-01T10:00:00Z
        """,
    # Current states alone: each order was touched after the day of the run.
    "orders/orders.csv": """
        order_key,contact_key,ordered_at,sales_channel,status,currency,delivered_at,updated_at
        night,K1,2025-03-02T23:10:00Z,web,delivered,EUR,2025-04-03T10:00:00Z,2025-04-03T10:00:00Z
        evening,K1,2025-03-03T19:00:00Z,web,delivered,EUR,2025-03-05T10:00:00Z,2025-04-03T10:00:00Z
        short day,K1,2025-03-29T23:30:00Z,web,cancelled,EUR,,2025-04-02T10:00:00Z
        its end,K1,2025-03-30T21:30:00Z,web,shipped,EUR,,2025-04-02T10:00:00Z
        last,K2,2025-03-31T21:59:59Z,web,placed,EUR,,2025-03-31T21:59:59Z
        next,K2,2025-03-31T22:00:00Z,web,placed,EUR,,2025-03-31T22:00:00Z
        epoch,K2,1970-01-01T01:00:00,web,placed,EUR,,2025-03-01T10:00:00Z
        """,
    "order_lines/zeilen.csv": """
        order_key;line_number;product_key;quantity;unit_price
        night;1;P1;1;2.000
        evening;1;P1;1;1.234,50
        short day;1;P1;1;7,25
        its end;1;P1;1;30
        last;1;P1;2;0,50
        next;1;P1;1;9,99
        epoch;1;P1;1;1,00
        """,
    "order_lines/lines.csv": """
        order_key,line_number,product_key,quantity,unit_price
        last,2,P1,1,3.000
        """,
    "order_lines/returns.csv": """
        order_key,line_number,product_key,quantity,unit_price,is_return,returned_line_number,returned_at
        next,2,P1,-1,9.99,true,1,2025-04-05T10:00:00Z
        """,
    "order_lines/mixed.csv": """
        order_key;line_number;product_key;quantity;unit_price
        last;3;P1;1;1.234,50
        last;4;P1;1;1,234.50
        last;5;P1;1;5
        """,
    "ad_spend/spend.csv": """
        spend_date,channel,campaign,cost,currency,purpose
        2025-03-31,search,spring,10.00,EUR,acquisition
        2025-04-01,search,spring,10.00,EUR,acquisition
        """,
}
SOURCES = {"shop": ["contacts", "orders", "order_lines", "products", "ad_spend"]}


def dbt(*arguments: str) -> None:
    """Run dbt in a process of its own, which alone opens the warehouse; it must end well."""
    finished = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


@dataclass(frozen=True)
class Shop:
    """The home of the landing files, built for one zone after the other."""

    home: Home

    def build(self, zone: str, *select: str, as_of: str = "2025-03-31") -> None:
        chosen = {"sources": SOURCES, "as_of_date": as_of, "shop_time_zone": zone}
        dbt(
            *("--quiet", "build", "--resource-types", "model", "seed", "--select", *select),
            *("--vars", json.dumps(chosen)),
        )

    def failing(self, test: str, as_of: str) -> list[tuple[Any, ...]]:
        """The rows of a test of the project, in Berlin."""
        chosen = {"sources": SOURCES, "as_of_date": as_of, "shop_time_zone": "Europe/Berlin"}
        dbt("--quiet", "compile", "--select", test, "--vars", json.dumps(chosen))
        (compiled,) = (self.home.target / "compiled").rglob(f"{test}.sql")
        return self.rows(compiled.read_text(encoding="utf-8"))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = Home(tmp_path_factory.mktemp("shop_day"))
    prepare(home)
    landing = home.landing / "shop"
    for name, text in FILES.items():
        file = landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"^ +", "", text.lstrip(), flags=re.M), encoding="utf-8")
    load("shop", landing, home.warehouse, read_contract(sources_file("shop")))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home.environment().items():
            patch.setenv(name, value)
        yield Shop(home)


@pytest.fixture(scope="module")
def berlin(shop: Shop) -> Shop:
    shop.build(
        "Europe/Berlin",
        "+fct_orders",
        "+int_lifecycle__purchase_histories",
        "quality_daily_counts+1",
        "+quality_row_reconciliation",
        "models/staging/shop",
    )
    return shop


def test_orders_are_of_the_days_of_berlin(berlin: Shop) -> None:
    assert berlin.rows(
        "select order_key, order_date::varchar from marts.fct_orders order by 1"
    ) == [
        ("evening", "2025-03-03"),
        ("its end", "2025-03-30"),
        ("last", "2025-03-31"),
        ("night", "2025-03-03"),
        ("short day", "2025-03-30"),
    ]
    histories = berlin.rows(
        "select purchase_day_count from intermediate.int_lifecycle__purchase_histories"
        " where snapshot_date = date '2025-03-31' order by 1"
    )
    assert histories == [(1,), (2,)]
    assert berlin.rows("select as_of_end::varchar from conformed.as_of") == [
        ("2025-03-31 22:00:00",)
    ]


def test_an_old_day_knows_what_it_can_have_seen(berlin: Shop) -> None:
    assert berlin.rows(
        "select order_key, status, is_cancelled, delivered_at is not null from marts.fct_orders"
        " order by 1"
    ) == [
        ("evening", "delivered", False, True),
        ("its end", "placed", False, False),
        ("last", "placed", False, False),
        ("night", "placed", False, False),
        ("short day", "placed", False, False),
    ]
    assert berlin.rows("select contact_key from conformed.contacts order by 1") == [
        ("K1",),
        ("K2",),
    ]
    lost = "select sum(statistic), count(*) > 2 from quality.quality_row_reconciliation"
    assert berlin.rows(lost) == [(0.0, True)]


def test_numbers_are_read_as_their_file_writes_them(berlin: Shop) -> None:
    assert berlin.rows(
        "select order_key, net_amount::double from marts.fct_orders order by order_key"
    ) == [("evening", 1234.5), ("its end", 30.0), ("last", 4.0), ("night", 2000.0),
          ("short day", 7.25)]  # fmt: skip
    assert berlin.rows(
        "select distinct _file, rejection_reasons from staging.stg_shop__order_lines__rejected"
    ) == [("order_lines/mixed.csv", "contradictory:unit_price")]


def test_a_placeholder_is_no_order_and_a_bad_birth_date_no_reason_to_lose_one(berlin: Shop) -> None:
    assert berlin.rows(
        "select order_key, rejection_reasons from staging.stg_shop__orders__rejected"
    ) == [("epoch", "placeholder:ordered_at")]
    assert berlin.rows("select feed, value_reasons from staging.stg_shop__emptied_values") == [
        ("contacts", "type:birth_date")
    ]
    assert berlin.rows("select birth_date from conformed.contacts where contact_key = 'K1'") == [
        (None,)
    ]


def test_the_time_zone_of_the_session_does_not_matter(berlin: Shop) -> None:
    """What dbt compiled, asked again by a session in another zone."""
    compiled = Path(berlin.home.target) / "compiled" / "stammkunde" / "models"
    for model, table in (
        ("staging/shop/base_shop__orders.sql", "staging.base_shop__orders"),
        ("conformed/as_of.sql", "conformed.as_of"),
        (
            "marts/core/intermediate/int_core__exchange_rates.sql",
            "intermediate.int_core__exchange_rates",
        ),
    ):
        query = (compiled / model).read_text(encoding="utf-8")
        with duckdb.connect(str(berlin.home.warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'Pacific/Auckland'")
            differences = connection.execute(
                f"(({query}) except (from {table})) union all ((from {table}) except ({query}))"
            ).fetchall()
        assert differences == [], model


def test_new_york_begins_its_day_after_utc(berlin: Shop) -> None:
    berlin.build("America/New_York", "models/staging/shop", "as_of", "orders", "order_lines",
                 "ad_spend", "int_core__exchange_rates")  # fmt: skip
    assert berlin.rows("select as_of_end::varchar from conformed.as_of") == [
        ("2025-04-01 04:00:00",)
    ]
    assert berlin.rows(
        "select order_date::varchar from intermediate.int_core__exchange_rates order by 1"
    ) == [("2025-03-02",), ("2025-03-03",), ("2025-03-29",), ("2025-03-30",), ("2025-03-31",)]
    assert berlin.rows("select spend_date::varchar from conformed.ad_spend") == [("2025-03-31",)]


def test_what_came_after_the_newest_order_is_said_unless_a_day_was_named(shop: Shop) -> None:
    shop.build(
        "Europe/Berlin", "models/staging/shop", "order_statuses", "line_kinds", "as_of", as_of=""
    )
    assert shop.rows("select as_of_date::varchar from conformed.as_of") == [("2025-04-01",)]
    later = shop.failing("nothing_came_after_the_day", as_of="")
    assert sorted(later) == [
        ("shop", "cancellation", 1, date(2025, 4, 2)),
        ("shop", "return", 1, date(2025, 4, 5)),
    ]
    assert shop.failing("nothing_came_after_the_day", as_of="2025-04-01") == []


@pytest.mark.usefixtures("shop")
def test_an_unknown_zone_is_said_before_anything_runs() -> None:
    with pytest.raises(
        AssertionError, match=r"(?s)name of the IANA time zone database.*Europe/Berln"
    ):
        dbt("--quiet", "parse", "--vars", json.dumps({"shop_time_zone": "Europe/Berln"}))


def test_no_model_casts_a_time_to_a_date_past_the_shops_day() -> None:
    """Casts and truncations of a time, in whatever way, but for the macro itself."""
    time = r"\w*(_at|_time|_until|instant)\b"
    patterns = [
        rf"cast\((?:[^()]|\([^()]*\))*{time}(?:[^()]|\([^()]*\))*\bas date\)",
        rf"{time}\)*::date",
        rf"date_trunc\('day', *'?{time}",
        rf"to_date\({time}",
    ]
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for folder in ("models", "macros")
        for path in sorted((PROJECT / folder).rglob("*.sql"))
        if path.name != "shop_date.sql"
        for pattern in patterns
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
    ]
    assert found == []
