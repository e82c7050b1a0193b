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
        "select customer_id, repeat_purchase_day_count, recency_days, age_days"
        " from marts.customer_scores"
    )
    by_customer = {
        str(customer): (frequency, round(recency / 7, 2), round(age / 7, 2))
        for customer, frequency, recency, age in rows
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


def test_the_eight_free_orders_count_here_and_are_worth_nothing(cdnow: Run) -> None:
    free = cdnow.marts(
        "select count(*), sum(net_revenue) from marts.fct_orders where is_valid and net_amount = 0"
    )
    assert free == [(8, 0)]


def _expected(path: Path) -> dict[int, tuple[int, float, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            int(row["ID"]): (int(row["frequency"]), float(row["recency"]), float(row["T"]))
            for row in csv.DictReader(file)
        }
