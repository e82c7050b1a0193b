"""CDNOW, 2,357 real customers whose purchase counts are published (Fader and Hardie)."""

import csv
from pathlib import Path

import pytest

from stammkunde.paths import Home
from tests.python.conftest import Run, real_data, run_graph

CUSTOMERS = 2_357


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Run:
    landing = real_data("cdnow/sample")
    home = Home(tmp_path_factory.mktemp("cdnow"))
    run = run_graph(home, "cdnow", landing, "1997-09-30")
    assert run.exit_code == 0, run.output
    return run


def test_frequency_recency_and_age_of_every_customer_are_the_published_ones(cdnow: Run) -> None:
    """x, t_x and T in weeks, as published with two decimals."""
    expected_file = real_data("cdnow/expected") / "cdnow_customers_summary.csv"
    expected = _expected(expected_file)
    rows = cdnow.marts(
        "select first_order_date, repeat_purchase_day_count, recency_days / 7.0, age_days / 7.0,"
        " customer_id from marts.customer_scores"
    )
    by_customer = {
        str(row[4]): (int(str(row[1])), round(float(str(row[2])), 2), round(float(str(row[3])), 2))
        for row in rows
    }
    sample_ids = {
        str(customer_id): int(str(sample_id))
        for sample_id, customer_id in cdnow.warehouse(
            """
            select distinct raw_orders.sample_id, records.customer_id
            from raw.cdnow__orders as raw_orders
            inner join identity.int_identity__customer_records as records
                on records.record_type = 'contact'
                and records.record_id = 'cdnow|' || raw_orders.master_id
            """
        )
    }
    found = {sample_ids[customer]: counts for customer, counts in by_customer.items()}
    assert len(found) == CUSTOMERS
    assert found == expected


def test_orders_of_nothing_are_no_purchases(cdnow: Run) -> None:
    worthless = cdnow.marts(
        "select count(*) from marts.fct_orders where is_valid and net_amount <= 0"
    )
    assert worthless == [(0,)]


def _expected(path: Path) -> dict[int, tuple[int, float, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            int(row["ID"]): (int(row["frequency"]), float(row["recency"]), float(row["T"]))
            for row in csv.DictReader(file)
        }
