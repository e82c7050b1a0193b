"""What failed in a dbt build, or gave a warning, in words for the person who has to mend it.

dbt itself says "Got 3 results, configured to fail if != 0". A test can say more: its description,
and the columns of its rows that its ``config.meta.shown`` names. Only columns that are named are
ever shown, since a failing row may hold data of a person.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

# Rows of a failed test that are shown; the test's query has all of them.
ROWS_SHOWN = 5

FAILED = ("fail", "error", "runtime error")
WARNED = ("warn",)

# Runs a query and gives its rows, each by column.
Query = Callable[[str], Sequence[Mapping[str, Any]]]


def describe_results(
    run_results: Mapping[str, Any],
    manifest: Mapping[str, Any],
    query: Query,
    statuses: Collection[str] = FAILED,
) -> list[str]:
    """One message a model, seed or test that ended in one of the statuses, in dbt's order.

    Args:
        run_results: dbt's ``run_results.json``.
        manifest: dbt's ``manifest.json`` of the same project.
        query: runs SQL on the warehouse that was built.
        statuses: dbt's statuses that are asked for.
    """
    return [
        _describe(result, manifest["nodes"][result["unique_id"]], query)
        for result in run_results["results"]
        if result["status"] in statuses and result["unique_id"] in manifest["nodes"]
    ]


def _describe(result: Mapping[str, Any], node: Mapping[str, Any], query: Query) -> str:
    if node["resource_type"] != "test" or result["status"] not in ("fail", "warn"):
        return f"{node['resource_type'].capitalize()} {node['name']}: {_reason(result)}"
    count = result["failures"] or 0
    rows = "1 row" if count == 1 else f"{count:,} rows"
    verb = "failed for" if result["status"] == "fail" else "warns of"
    sentences = [
        f"Test {node['name']} {verb} {rows}",
        _description(node),
        _shown(result, node, query),
    ]
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence) + "."


def _description(node: Mapping[str, Any]) -> str:
    """What the test says of itself; of a generic one, what it tests."""
    if node["description"]:
        return " ".join(node["description"].split())
    generic = node.get("test_metadata")
    if not generic:
        return ""
    model = (node.get("attached_node") or "").rpartition(".")[2]
    place = ".".join(part for part in (model, node.get("column_name") or "") if part)
    return f"{generic['name']} does not hold for {place}" if place else ""


def _shown(result: Mapping[str, Any], node: Mapping[str, Any], query: Query) -> str:
    """The columns that the test names, of its first rows: ``currency XAU, order_date 2025-…``."""
    columns = node["config"]["meta"].get("shown", [])
    if not columns or not result["compiled_code"]:
        return ""
    names = ", ".join(columns)
    # The line break ends a comment on the test's last line.
    sql = (
        f"select {names} from ({result['compiled_code']}\n) as failing_rows"
        f" order by {names} limit {ROWS_SHOWN + 1}"
    )
    rows = [", ".join(f"{name} {row[name]}" for name in columns) for row in query(sql)]
    more = ["…"] if len(rows) > ROWS_SHOWN else []
    return "; ".join(rows[:ROWS_SHOWN] + more)


def _reason(result: Mapping[str, Any]) -> str:
    """The message of dbt without its heading, in one line."""
    lines = [line.strip() for line in (result["message"] or "failed").splitlines()]
    told = [line for line in lines if line and not line.startswith("compiled code at")]
    return " ".join(told[1:] or told)
