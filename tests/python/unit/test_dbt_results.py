"""What is said of a dbt build that failed or gave warnings."""

from collections.abc import Mapping
from typing import Any

import pytest

from stammkunde.dbt_results import ROWS_SHOWN, WARNED, describe_results

SINGULAR = {
    "resource_type": "test",
    "name": "orders_have_a_rate",
    "description": "A rate\nis missing.\n",
    "config": {"meta": {"shown": ["currency"]}},
}
GENERIC = {
    "resource_type": "test",
    "name": "not_null_orders_order_id",
    "description": "",
    "test_metadata": {"name": "not_null"},
    "attached_node": "model.stammkunde.orders",
    "column_name": "order_id",
    "config": {"meta": {}},
}
MODEL = {"resource_type": "model", "name": "as_of", "description": "", "config": {"meta": {}}}


def _described(
    node: Mapping[str, Any], found: list[dict[str, Any]] | None = None, **result: object
) -> tuple[list[str], list[str]]:
    """The messages about one node, and the queries that were asked for them."""
    asked: list[str] = []

    def query(sql: str) -> list[dict[str, Any]]:
        asked.append(sql)
        return found or []

    known = {"unique_id": "x", "status": "fail", "failures": 1, "message": None}
    results = {"results": [{**known, "compiled_code": "select 1 -- last", **result}]}
    return describe_results(results, {"nodes": {"x": node}}, query), asked


def test_a_test_says_its_description_and_the_columns_it_names() -> None:
    messages, asked = _described(SINGULAR, [{"currency": "XAU"}, {"currency": "XBT"}], failures=2)
    assert messages == [
        "Test orders_have_a_rate failed for 2 rows. A rate is missing. currency XAU; currency XBT."
    ]
    # A comment at the end of the test does not swallow the rest.
    assert asked == [
        "select currency from (select 1 -- last\n) as failing_rows order by currency limit 6"
    ]


def test_no_more_than_some_rows_are_shown() -> None:
    found = [{"currency": f"X{number}"} for number in range(ROWS_SHOWN + 1)]
    (message,), _ = _described(SINGULAR, found, failures=1_234)
    assert "failed for 1,234 rows" in message
    assert message.endswith("currency X4; ….")


def test_a_generic_test_says_what_does_not_hold_and_shows_no_row() -> None:
    messages, asked = _described(GENERIC)
    assert messages == [
        "Test not_null_orders_order_id failed for 1 row. not_null does not hold for "
        "orders.order_id."
    ]
    assert asked == []


@pytest.mark.parametrize("node", [MODEL, SINGULAR])
def test_an_error_says_its_message_in_one_line(node: Mapping[str, Any]) -> None:
    told = "Runtime Error in model as_of (models/as_of.sql)\n  no order\n  compiled code at /a/b"
    messages, asked = _described(node, status="error", message=told)
    assert messages == [f"{node['resource_type'].capitalize()} {node['name']}: no order"]
    assert asked == []


def test_only_what_was_asked_for_is_described() -> None:
    assert _described(SINGULAR, status="warn")[0] == []
    assert _described(MODEL, status="success")[0] == []
    results = {
        "results": [
            {"unique_id": "x", "status": "warn", "failures": 3, "message": "", "compiled_code": ""}
        ]
    }
    messages = describe_results(results, {"nodes": {"x": SINGULAR}}, lambda _: [], WARNED)
    assert messages == ["Test orders_have_a_rate warns of 3 rows. A rate is missing."]
