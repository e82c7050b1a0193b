"""Orders as shops send them: edited, refunded, unpaid, paid with a gift card, sent twice.

One run over files that the test writes; what each order is worth stands beside it in `ORDERS`. How
lines of one order replace each other over several loads is in the unit tests of staging.
"""

import csv
from calendar import day_name, monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from stammkunde.paths import Home
from tests.python.conftest import Run, run_graph

Row = Mapping[str, object]
Line = dict[str, object]

#: Order: what it has of its own, and its net amount.
ORDERS: dict[str, tuple[Row, str]] = {
    "edited": ({}, "45"),
    "shortened": ({}, "11.5"),
    "repeated": ({}, "30"),
    "timed": ({}, "21"),
    "partly returned": ({}, "27"),
    "returned twice": ({}, "0"),
    "refunded too much": ({}, "0"),
    "refunded with postage": ({}, "0"),
    "goodwill": ({}, "94.5"),
    "postage and tip": ({}, "60"),
    "card sold": ({}, "0"),
    "card sold, kind sent": ({}, "15"),
    "paid with card": ({}, "75"),
    "credit note": ({}, "-18"),
    "unpaid": ({"payment_status": "pending"}, "0"),
    "on account": ({"payment_status": "invoice"}, "33"),
    "draft": ({"status": "draft"}, "0"),
    "trial": ({"is_test": "true"}, "0"),
    "paid back": ({"status": "refunded"}, "0"),
    "told twice": ({"status": "shipped"}, "8"),
    "unknown status": ({"status": "beamed"}, ""),
}
NOT_COUNTED = {"unpaid": "64", "draft": "65", "trial": "66"}

BAD_DATE = "1979-02-30"


def line(order: str, number: int, price: str, quantity: str = "1", **values: object) -> Line:
    """A line of product P1; a return where the quantity is negative."""
    return {
        "order_key": order,
        "line_number": number,
        "product_key": "P1",
        "quantity": quantity,
        "unit_price": price,
        **values,
    }


def bare(order: str, number: int, kind: str, price: str, quantity: str = "1") -> Line:
    """A line that names no product."""
    return line(order, number, price, quantity, product_key="", line_kind=kind)


FIRST_LINES = [
    line("edited", 1, "90"),
    line("shortened", 1, "12.5"),
    line("shortened", 2, "99"),
    line("shortened", 3, "1", "-1", returned_at="2025-03-04", returned_line_number=2),
    line("repeated", 1, "30"),
    line("timed", 1, "10", updated_at="2025-03-01T08:00:00Z"),
    line("timed", 2, "10", updated_at="2025-03-01T08:00:00Z"),
    line("timed", 3, "10", updated_at="2025-03-01T08:00:00Z"),
    line("partly returned", 1, "9", "5"),
    line("partly returned", 2, "9", "-2", returned_at="2025-03-04", returned_line_number=1),
    line("returned twice", 1, "70"),
    line("returned twice", 2, "70", "-1", returned_at="2025-03-04", returned_line_number=1),
    line("returned twice", 3, "70", "-1", returned_at="2025-03-05", returned_line_number=1),
    line("refunded too much", 1, "40"),
    bare("refunded too much", 2, "refund", "55", "-1"),
    line("refunded with postage", 1, "40"),
    bare("refunded with postage", 2, "shipping", "4.9"),
    bare("refunded with postage", 3, "refund", "44.9", "-1"),
    line("goodwill", 1, "100"),
    line("goodwill", 2, "5.5", "0", is_return="true", returned_line_number=1),
    line("postage and tip", 1, "60"),
    bare("postage and tip", 2, "shipping", "4.9"),
    bare("postage and tip", 3, "tip", "2"),
    line("card sold", 1, "50", product_key="G50"),
    line("card sold, kind sent", 1, "25", product_key="X", line_kind="gift_card"),
    line("card sold, kind sent", 2, "15"),
    line("paid with card", 1, "75"),
    bare("paid with card", 2, "payment", "50", "-1"),
    line("credit note", 1, "18", "-1", returned_at="2025-03-05"),
    line("unpaid", 1, "64"),
    line("on account", 1, "33"),
    line("draft", 1, "65"),
    line("trial", 1, "66"),
    line("paid back", 1, "67"),
    line("told twice", 1, "8"),
    bare("told twice", 2, "wrapping", "3"),
    line("unknown status", 1, "68"),
]
LATER_LINES = [
    line("edited", 1, "45"),
    line("shortened", 1, "12.5"),
    line("repeated", 1, "30.00"),
    line("timed", 1, "11", updated_at="2025-03-02T08:00:00Z"),
    line("timed", 3, "10", "0", updated_at="2025-03-02T08:00:00Z"),
]


def write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    """Rows as a CSV file with the columns that any of them has."""
    columns = dict.fromkeys(column for row in rows for column in row)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def orders() -> list[Row]:
    """Each order once, of a customer of its own."""
    return [
        {
            "order_key": key,
            "contact_key": f"of {key}",
            "ordered_at": "2025-03-01T08:00:00Z",
            "sales_channel": "web",
            "status": "placed",
            "currency": "EUR",
            "updated_at": "2025-03-06T08:00:00Z",
            **values,
        }
        for key, (values, _) in ORDERS.items()
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("orders")
    landing = folder / "landing"
    contact = {"country": "DE", "created_at": "2024-12-30", "updated_at": "2025-01-01"}
    contacts = [{"contact_key": f"of {key}", "birth_date": "", **contact} for key in ORDERS]
    write(landing / "contacts", "c.csv", [{**contacts[0], "birth_date": BAD_DATE}, *contacts[1:]])
    products = [("P1", "household"), ("G50", "Gift Cards"), ("X", "household")]
    write(
        landing / "products",
        "p.csv",
        [
            {"product_key": key, "name": key, "category": category, "updated_at": "2025-01-01"}
            for key, category in products
        ],
    )
    write(landing / "orders", "a.csv", orders())
    # the same second, and another word: the later file counts
    again = next(row for row in orders() if row["order_key"] == "told twice")
    write(landing / "orders", "b.csv", [again, {**again, "status": "delivered"}])
    write(landing / "order_lines", "a.csv", FIRST_LINES)
    write(landing / "order_lines", "b.csv", LATER_LINES)
    run = run_graph(Home(folder / "home"), "shop", landing, as_of="2025-03-06")
    assert run.exit_code == 0, run.output
    return run


def test_a_run_with_nothing_new_says_so_and_builds_nothing(shop: Run) -> None:
    home = shop.home
    versions = sorted((home.serving / "versions").iterdir())
    again = run_graph(
        home, "shop", home.root.parent / "landing", as_of="2025-03-06", STAMMKUNDE_FORCE=""
    )
    assert again.exit_code == 0, again.output
    assert "Nothing new since the run of" in again.output
    assert "Read the dbt project" not in again.output
    assert "More came back than was bought" in again.output
    assert sorted((home.serving / "versions").iterdir()) == versions


def amounts(run: Run, column: str) -> dict[str, Decimal]:
    """A column of fct_orders by order."""
    return dict(run.marts(f"select order_key, {column} from marts.fct_orders"))


def test_each_order_is_worth_what_it_is_worth(shop: Run) -> None:
    expected = {key: Decimal(value) for key, (_, value) in ORDERS.items() if value}
    assert amounts(shop, "net_amount") == expected


def test_revenue_of_customers_segments_and_lines_is_that_of_the_orders(shop: Run) -> None:
    revenue = sum(amounts(shop, "net_revenue").values())
    for table in ("dim_customers", "fct_order_lines"):
        assert shop.marts(f"select sum(net_revenue) from marts.{table}") == [(revenue,)]
    segments = shop.marts("select sum(net_revenue_365d) from marts.segment_summary")
    assert segments == [(revenue,)]


def test_a_value_that_is_left_out_is_said_without_the_value(shop: Run) -> None:
    assert (
        "! shop contacts: birth_date cannot be read in 1 rows, which count without it"
        in shop.output
    )
    assert BAD_DATE not in shop.output


def test_the_calendar_is_pythons(shop: Run) -> None:
    """Whole years from the first customer's, with the weeks of ISO 8601."""
    days = shop.marts(
        "select date_day, year_number, month_number, day_of_month, day_of_year, iso_year, iso_week,"
        " day_of_week, week_label, quarter_label, month_label, weekday_name, is_month_end"
        " from marts.dim_dates order by date_day"
    )
    first, last = date(2024, 1, 1), date(2025, 12, 31)
    expected = []
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        iso = day.isocalendar()
        expected.append(
            (
                *(day, day.year, day.month, day.day, day.timetuple().tm_yday, *iso),
                f"{iso.year}-W{iso.week:02}",
                f"{day.year}-Q{(day.month + 2) // 3}",
                f"{day:%Y-%m}",
                day_name[day.weekday()],
                day.day == monthrange(day.year, day.month)[1],
            )
        )
    assert days == expected


def test_what_went_back_beyond_what_was_paid_is_said(shop: Run) -> None:
    over = shop.marts(
        "select order_key, over_returned_quantity, over_refunded_amount from marts.fct_orders"
        " where over_returned_quantity > 0 or over_refunded_amount > 0 order by order_key"
    )
    assert over == [("refunded too much", 0, 15), ("returned twice", 1, 70)]
    assert "More came back than was bought" in shop.output


def test_what_does_not_count_is_shown_and_no_purchase(shop: Run) -> None:
    shown = amounts(shop, "uncounted_amount")
    assert {key: value for key, value in shown.items() if value} == {
        key: Decimal(value) for key, value in NOT_COUNTED.items()
    }
    valid = shop.marts("select order_key from marts.fct_orders where is_valid")
    nothing_bought = {"returned twice", "refunded too much", "refunded with postage"} | {
        "card sold", "credit note", "unpaid", "draft", "trial", "paid back",
    }  # fmt: skip
    assert {key for (key,) in valid} == set(ORDERS) - nothing_bought - {"unknown status"}
    buyers = shop.marts("select count(*) from marts.customer_scores")
    assert buyers == [(len(valid),)]


def test_kinds_that_are_no_revenue_are_shown(shop: Run) -> None:
    shown = {key: value for key, value in amounts(shop, "non_revenue_amount").items() if value}
    assert shown == {
        "refunded with postage": Decimal("4.9"),
        "postage and tip": Decimal("6.9"),
        "card sold": Decimal(50),
        "card sold, kind sent": Decimal(25),
        "paid with card": Decimal(-50),
    }


def test_every_row_is_accounted_for_with_its_reason(shop: Run) -> None:
    counts = shop.warehouse(
        "select feed, sum(rows_in), sum(rows_accepted), sum(rows_superseded), sum(rows_rejected)"
        " from staging.stg_shop__row_counts where feed in ('orders', 'order_lines')"
        " group by feed order by feed"
    )
    lines = len(FIRST_LINES) + len(LATER_LINES)
    assert counts == [("order_lines", lines, lines - 8, 5, 3), ("orders", 23, 20, 1, 2)]
    reasons = shop.warehouse(
        "select feed, reason, sum(row_count) from staging.stg_shop__rejection_counts"
        " group by feed, reason order by feed, reason"
    )
    assert reasons == [
        ("contacts", "emptied:type:birth_date", 1),
        ("order_lines", "repeated_row", 2),
        ("order_lines", "value:line_kind", 1),
        ("orders", "repeated_row", 1),
        ("orders", "value:status", 1),
    ]


def test_the_later_of_two_versions_with_one_time_counts(shop: Run) -> None:
    status = shop.marts("select status from marts.fct_orders where order_key = 'told twice'")
    assert status == [("delivered",)]
