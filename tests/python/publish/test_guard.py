"""Nothing red is published, by whatever way it was built and asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stammkunde.publish import RedError, guard, require_green_gates
from stammkunde.publish.guard import require_green
from stammkunde.quality import Rule, Verdict, record

from .publish_warehouse import PASSED, node

DAY = date(2025, 12, 31)
RULE = Rule("F1", "orders", "", "freshness", "error", "above", 1.0, None, "orders", "wait")
GREEN = replace(PASSED, as_of_date=DAY)
RED = replace(GREEN, status="failed", message="F1 freshness, orders of shop: two days late.")

ORDERS = "model.stammkunde.orders"
STATISTICS = "model.stammkunde.quality_statistics"
SCORES = "model.stammkunde.int_scores"
MART = "model.stammkunde.customer_scores"
TEST = "test.stammkunde.every_score_is_known"
ADVICE = "test.stammkunde.most_scores_are_high"


def model(unique_id: str, folder: str, parents: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    name = unique_id.rpartition(".")[2]
    return node(
        name,
        {},
        **{
            "access": "protected",
            "config": {"materialized": "table"},
            "fqn": ["stammkunde", folder, name],
            "depends_on": {"nodes": parents},
            **more,
        },
    )


def data_test(unique_id: str, severity: str) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "resource_type": "test",
        "name": unique_id.rpartition(".")[2],
        "config": {"severity": severity},
        "depends_on": {"nodes": [SCORES, "seed.stammkunde.segments"]},
    }


# A mart out of a view out of scores out of a feed; statistics out of the feed; two tests.
VIEW = "model.stammkunde.int_shown"
NODES = {
    item["unique_id"]: item
    for item in (
        model(ORDERS, "conformed", ["source.stammkunde.shop.orders"]),
        model(STATISTICS, "quality", [ORDERS]),
        model(SCORES, "marts", [ORDERS]),
        model(VIEW, "marts", [SCORES], config={"materialized": "view"}),
        model(MART, "marts", [VIEW], access="public"),
        model("model.stammkunde.fct_other", "marts", [SCORES]),
        data_test(TEST, "ERROR"),
        data_test(ADVICE, "warn"),
    )
}
MINUTES = {ORDERS: 30, STATISTICS: 30, SCORES: 32, VIEW: 32, MART: 32, TEST: 32, ADVICE: 32}


class House:
    """A warehouse of a good run at half past five, its gates asked a minute later."""

    def __init__(self, warehouse: Path) -> None:
        """Write what the run would have left."""
        self.warehouse = warehouse
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(
                "create schema quality; create table quality.dbt_results "
                "(unique_id varchar, state varchar, recorded_at timestamp); "
                "create schema marts; create table marts.orders as select 'o-1' as order_key"
            )
        for unique_id, minute in MINUTES.items():
            self.say(unique_id, "pass" if unique_id.startswith("test") else "success", minute)
        self.judge(GREEN, minute=31)

    def say(self, unique_id: str, state: str, minute: int) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("delete from quality.dbt_results where unique_id = ?", [unique_id])
            connection.execute(
                "insert into quality.dbt_results values (?, ?, ?)",
                [unique_id, state, datetime(2026, 1, 1, 5, minute)],
            )

    def judge(self, *verdicts: Verdict, minute: int) -> None:
        moment = datetime(2026, 1, 1, 5, minute, tzinfo=UTC)
        record(self.warehouse, list(verdicts), f"run at {minute}", moment)

    def empty(self, table: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"delete from {table}")

    def forget(self, table: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"drop table quality.{table}")

    def ask(self) -> tuple[str, ...]:
        try:
            require_green(self.warehouse, NODES, DAY)
        except RedError as error:
            return error.reasons
        return ()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(guard, "read_rules", lambda: [RULE])
    return House(tmp_path / "stammkunde.duckdb")


def test_a_good_run_is_green(house: House) -> None:
    assert house.ask() == ()


def rerun_gates(house: House, *verdicts: Verdict) -> None:
    house.judge(*verdicts, minute=40)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda house: rerun_gates(house, RED), RED.message),
        (
            lambda house: rerun_gates(house, replace(RED, status="errored", severity="warn")),
            RED.message,
        ),
        (lambda house: house.forget("gate_verdicts"), "have never been asked"),
        (
            lambda house: rerun_gates(house, replace(GREEN, check_id="R4")),
            "Check F1 freshness of orders has no verdict",
        ),
        (
            lambda house: rerun_gates(house, replace(GREEN, as_of_date=date(2025, 12, 30))),
            "are of 2025-12-30, the data of 2025-12-31",
        ),
        (lambda house: house.say(STATISTICS, "success", 40), "are older than the data"),
        (lambda house: house.say(ORDERS, "success", 40), "quality_statistics is older than orders"),
        # The gates are green again, of mended data that no mart was built of.
        (
            lambda house: [
                house.say(ORDERS, "success", 40),
                house.say(STATISTICS, "success", 40),
                house.judge(GREEN, minute=41),
            ],
            "int_scores is older than orders",
        ),
        (lambda house: house.say(SCORES, "success", 40), "customer_scores is older than int_scor"),
        (lambda house: house.say(MART, "running", 40), "customer_scores is not built (running)"),
        (lambda house: house.say(SCORES, "error", 40), "int_scores is not built (error)"),
        (lambda house: house.forget("dbt_results"), "customer_scores is not built (never built)"),
        (
            lambda house: house.empty("marts.orders"),
            "No row of contacts, orders, events was accept",
        ),
        (lambda house: house.say(TEST, "fail", 32), "Test every_score_is_known of int_scores fail"),
    ],
)
def test_what_is_red_or_unknown_is_refused_and_named(
    house: House, happens: Callable[[House], object], said: str
) -> None:
    happens(house)
    reasons = house.ask()
    assert any(said in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    "happens",
    [
        lambda house: rerun_gates(house, replace(RED, severity="warn")),
        lambda house: rerun_gates(house, replace(GREEN, status="not evaluated")),
        # What was red and is green again.
        lambda house: [house.judge(RED, minute=33), house.judge(GREEN, minute=34)],
        lambda house: house.say(ADVICE, "warn", 32),
        lambda house: house.say(ADVICE, "fail", 10),
        lambda house: house.say("model.stammkunde.fct_other", "error", 40),
        # A view shows what is there now, whenever it was made.
        lambda house: house.say(VIEW, "success", 10),
    ],
)
def test_what_does_not_stop_a_run_does_not_stop_a_publish(
    house: House, happens: Callable[[House], object]
) -> None:
    happens(house)
    assert house.ask() == ()


def test_of_many_reasons_the_first_are_in_the_message(house: House) -> None:
    rerun_gates(house, *(replace(RED, subject=str(number)) for number in range(12)))
    with pytest.raises(RedError, match="And 2 more reasons") as caught:
        require_green(house.warehouse, NODES, DAY)
    assert len(caught.value.reasons) == 12


def test_where_marts_are_read_where_they_are_built_the_gates_are_asked(house: House) -> None:
    require_green_gates(house.warehouse)
    rerun_gates(house, RED)
    with pytest.raises(RedError, match="two days late"):
        require_green_gates(house.warehouse)
