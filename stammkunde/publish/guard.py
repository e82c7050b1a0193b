"""Nothing red is published: what is asked before a mart may leave the warehouse.

Dagster's checks block only what follows them in one run. Here the warehouse itself is asked, so
that it does not matter who asks for a publish, or what was built before it on its own:

- the newest verdicts of the gates, which must be there for every feed behind a mart, later than the
  feed and the statistics, and about the day of the marts;
- dbt's newest results (macro ``record_results``): every table behind a mart is built, and no older
  than those it is made of; no test of one failed when it was last asked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from stammkunde.publish.contract import PublishError
from stammkunde.quality import Rule, Verdict, latest_verdicts, read_rules

Nodes = Mapping[str, Mapping[str, Any]]

RESULTS = "quality.dbt_results"
STATISTICS = "quality_statistics"
# The folder of the models that the gates guard.
GUARDED = "conformed"

# Of these feeds customers are made; where none has a row, every mart is empty.
CUSTOMERS_COME_FROM = ("contacts", "orders", "events")

_BUILT = "success"
_NOT_FAILED = ("pass", "warn", "success", "running", "skipped")
_REASONS_SHOWN = 10


class RedError(PublishError):
    """What would be published is red, or nobody has said that it is not.

    Attributes:
        reasons: one line each.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        """All reasons, of which the message holds the first ones."""
        self.reasons = tuple(reasons)
        shown = list(self.reasons[:_REASONS_SHOWN])
        if len(self.reasons) > len(shown):
            shown.append(f"And {len(self.reasons) - len(shown)} more reasons.")
        super().__init__("\n".join(["Nothing is published.", *shown]))


@dataclass(frozen=True)
class Result:
    """What dbt said last of a model or a test.

    Attributes:
        state: dbt's status; ``running`` where it never ended.
        recorded_at: when, UTC.
    """

    state: str
    recorded_at: datetime


def require_green(
    warehouse: Path, nodes: Mapping[str, Mapping[str, Any]], day: date | None
) -> None:
    """Make sure that the public marts rest on data that the gates and the tests let through.

    Args:
        warehouse: DuckDB file that dbt built.
        nodes: the nodes of dbt's manifest.
        day: the day that the marts describe; None where the project has no such day.

    Raises:
        RedError: they do not, or nobody knows.
        duckdb.Error: the warehouse cannot be read.
    """
    graph = _Graph(nodes)
    verdicts, asked_at = latest_verdicts(warehouse), _asked_at(warehouse)
    results = _results(warehouse)
    built = [results[name].recorded_at for name in graph.judged if name in results]
    reasons = [
        *red_verdicts(verdicts, graph.feeds()),
        *_outdated_verdicts(verdicts, asked_at, max(built, default=None), day),
        *_unbuilt(graph, results),
        *_failed_tests(graph, results),
        *_empty(warehouse, graph),
    ]
    if reasons:
        raise RedError(reasons)


def require_green_gates(record: Path) -> None:
    """Make sure of the gates alone, where marts are read where they are built.

    Args:
        record: DuckDB file with the verdicts.

    Raises:
        RedError: a gate is red, or none was asked.
    """
    reasons = list(red_verdicts(latest_verdicts(record), ()))
    if reasons:
        raise RedError(reasons)


def red_verdicts(
    verdicts: Sequence[Verdict], feeds: Iterable[str], rules: Sequence[Rule] | None = None
) -> Iterator[str]:
    """What the gates hold against a publish.

    Args:
        verdicts: of the newest run.
        feeds: conformed feeds behind the marts.
        rules: default: those of the seed.
    """
    if not verdicts:
        yield "The gates have never been asked: run the whole run."
        return
    yield from (verdict.message for verdict in verdicts if verdict.blocks)
    known = {(verdict.check_id, verdict.feed, verdict.guards) for verdict in verdicts}
    of_marts = set(feeds)
    for rule in read_rules() if rules is None else rules:
        if rule.guards in of_marts and (rule.check_id, rule.feed, rule.guards) not in known:
            yield f"Check {rule.check_id} {rule.name} of {rule.feed} has no verdict: ask the gates."


def _outdated_verdicts(
    verdicts: Sequence[Verdict],
    asked_at: datetime | None,
    built_at: datetime | None,
    day: date | None,
) -> Iterator[str]:
    if not verdicts or asked_at is None:
        return
    if built_at is not None and asked_at < built_at:
        yield (
            f"The verdicts of the gates ({asked_at:%Y-%m-%d %H:%M:%S} UTC) are older than the data "
            f"({built_at:%Y-%m-%d %H:%M:%S} UTC): ask the gates again."
        )
    days = {verdict.as_of_date for verdict in verdicts if verdict.as_of_date is not None}
    if day is not None and days and day not in days:
        yield f"The verdicts of the gates are of {max(days)}, the data of {day}: ask them again."


def _unbuilt(graph: "_Graph", results: Mapping[str, Result]) -> Iterator[str]:
    """Tables behind a mart that were not built, or are older than what they are made of."""
    for model in sorted(graph.behind):
        name = graph.name(model)
        result = results.get(model)
        if result is None or result.state != _BUILT:
            state = result.state if result else "never built"
            yield f"{name} is not built ({state}): build it, or run the whole run."
        elif graph.is_table(model):
            newer = [
                graph.name(parent)
                for parent in graph.tables_before(model)
                if parent in results and results[parent].recorded_at > result.recorded_at
            ]
            if newer:
                yield f"{name} is older than {', '.join(sorted(newer))}: build it anew."


def _failed_tests(graph: "_Graph", results: Mapping[str, Result]) -> Iterator[str]:
    """Tests of what is behind a mart whose newest answer was no."""
    for test, models in sorted(graph.tests.items()):
        result = results.get(test)
        if result is not None and result.state not in _NOT_FAILED:
            named = ", ".join(sorted(map(graph.name, models)))
            yield (
                f"Test {graph.name(test)} of {named} failed: mend the data or the model, and run "
                "again."
            )


def _empty(warehouse: Path, graph: "_Graph") -> Iterator[str]:
    """A run without any accepted row of a customer: its marts would take the good ones' place."""
    relations = [graph.relation(name) for name in graph.guarded(CUSTOMERS_COME_FROM)]
    if not relations:
        return
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for relation in relations:
            try:
                if connection.execute(f"select 1 from {relation} limit 1").fetchall():
                    return
            except duckdb.CatalogException:
                return  # not built, which is a reason of its own
    yield (
        f"No row of {', '.join(CUSTOMERS_COME_FROM)} was accepted, so there is nothing to publish: "
        "see which files were refused and which rows rejected."
    )


class _Graph:
    """What of the manifest is behind the public marts and the statistics of the gates.

    Attributes:
        behind: ids of those models themselves and of all that they are made of.
        judged: of these, what verdicts must be later than: the feeds, and the statistics.
        tests: models by test, of the tests of those that stop a run.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        public = {
            name
            for name, node in nodes.items()
            if node.get("resource_type") == "model"
            and "public" in (node.get("access"), (node.get("config") or {}).get("access"))
        }
        statistics = {
            name
            for name, node in nodes.items()
            if node.get("resource_type") == "model" and node.get("name") == STATISTICS
        }
        self.behind = self._with_ancestors(public | statistics)
        self._guarded = {
            name for name in self.behind if GUARDED in (nodes[name].get("fqn") or ())[1:-1]
        }
        self.judged = self._guarded | statistics
        self.tests = {
            name: models
            for name, node in nodes.items()
            if node.get("resource_type") == "test"
            and str((node.get("config") or {}).get("severity", "error")).lower() == "error"
            and (models := self._parents(name)) & self.behind
        }

    def _parents(self, name: str) -> set[str]:
        found = (self._nodes[name].get("depends_on") or {}).get("nodes") or ()
        return {
            parent
            for parent in found
            if parent in self._nodes and self._nodes[parent].get("resource_type") == "model"
        }

    def _with_ancestors(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        ahead = list(names)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self._parents(name)
        return found

    def name(self, unique_id: str) -> str:
        """What dbt calls it, without its kind and package."""
        return str(self._nodes[unique_id].get("name", unique_id))

    def guarded(self, names: Collection[str]) -> list[str]:
        """Those of the feeds that are called so."""
        return sorted(model for model in self._guarded if self.name(model) in names)

    def relation(self, unique_id: str) -> str:
        """Where a model lies in the warehouse, as SQL."""
        node = self._nodes[unique_id]
        return f'"{node["schema"]}"."{node.get("alias") or node["name"]}"'

    def is_table(self, unique_id: str) -> bool:
        """Whether it keeps what it was built from; a view always shows what is there now."""
        kind = (self._nodes[unique_id].get("config") or {}).get("materialized")
        return kind not in ("view", "ephemeral")

    def tables_before(self, unique_id: str) -> set[str]:
        """The nearest tables that a model is made of, through views."""
        found: set[str] = set()
        ahead = list(self._parents(unique_id))
        while ahead:
            name = ahead.pop()
            if self.is_table(name):
                found.add(name)
            else:
                ahead += self._parents(name)
        return found

    def feeds(self) -> list[str]:
        """The conformed feeds among them."""
        return sorted(map(self.name, self._guarded))


def _results(warehouse: Path) -> dict[str, Result]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            rows = connection.execute(
                f"select unique_id, state, recorded_at from {RESULTS}"
            ).fetchall()
        except duckdb.CatalogException:
            return {}  # built by an older release, or by nobody
    return {unique_id: Result(state, recorded_at) for unique_id, state, recorded_at in rows}


def _asked_at(warehouse: Path) -> datetime | None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            rows = connection.execute(
                "select max(evaluated_at) from quality.gate_verdicts"
            ).fetchall()
        except duckdb.CatalogException:
            return None
    moment: datetime | None = rows[0][0]
    return moment
