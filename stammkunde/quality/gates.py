"""Holds the statistics against the rules with Great Expectations, and words the verdicts."""

import logging
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from stammkunde.quality.rules import Rule, read_rules
from stammkunde.quality.statistics import Measurements, Statistic, read_measurements
from stammkunde.quality.verdicts import Status, Verdict

if TYPE_CHECKING:
    import pandas as pd

Judged = tuple[Rule, Statistic]

# Where an expectation is about no single rule.
_EVERY_RULE = -1


def evaluate(
    warehouse: Path,
    *,
    as_of: date | None = None,
    published: date | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Verdict]:
    """The verdicts of all gates on the day under test. Never raises for what it finds.

    Args:
        warehouse: DuckDB file that dbt built; no process may have it open for writing.
        as_of: day under test; default: the day of the last build.
        published: day of the marts that readers see now, for the messages.
        rules: default: those of the seed.

    Returns:
        At least one verdict a rule. A rule of a feed that no source gives is ``not evaluated``;
        what cannot be read or judged is ``errored``, and blocks.

    Raises:
        ValueError: the seed of the rules is wrong; the message names the line.
    """
    every_rule = read_rules() if rules is None else list(rules)
    try:
        measurements = read_measurements(warehouse, as_of)
    except (OSError, LookupError, duckdb.Error) as problem:
        # The text of a database error names the file; a page need not show where it lies.
        reason = _first_line(problem).replace(str(warehouse), warehouse.name)
        return [_errored(rule, None, as_of, reason) for rule in every_rule]

    judged, verdicts = _match(every_rule, measurements)
    evaluated = [pair for pair in judged if pair[1].not_evaluated_reason is None]
    try:
        failing, broken = judge(evaluated)
    except Exception as problem:  # whatever Great Expectations raises must block, not crash
        failing, broken = set(), dict.fromkeys(range(len(evaluated)), _first_line(problem))

    places = {id(pair): place for place, pair in enumerate(evaluated)}
    for pair in judged:
        rule, statistic = pair
        place = places.get(id(pair))
        if place is None:
            status: Status = "not evaluated"
        elif place in broken:
            verdicts.append(_errored(rule, statistic, measurements.as_of_date, broken[place]))
            continue
        else:
            status = "failed" if place in failing else "passed"
        verdicts.append(
            _verdict(
                rule,
                statistic,
                status,
                measurements.as_of_date,
                _message(rule, statistic, status, published),
            )
        )
    return verdicts


def judge(pairs: Sequence[Judged]) -> tuple[set[int], dict[int, str]]:
    """Asks Great Expectations for the rows that break their rule.

    Args:
        pairs: evaluated statistics with their rules.

    Returns:
        Places in `pairs` that fail, and places that could not be judged with the reason: a null or
        infinite statistic, a missing effect, or an exception within an expectation.
    """
    if not pairs:
        return set(), {}
    frame, rules = _frame(pairs)
    failing: set[int] = set()
    broken: dict[int, str] = {}
    for result in _validate(frame, rules):
        place_of_rule = result.expectation_config.meta["rule"]
        concerned = {
            place
            for place, rule in enumerate(frame["rule"])
            if place_of_rule in (rule, _EVERY_RULE)
        }
        exception = _exception(result.exception_info)
        if exception is not None:
            broken.update(dict.fromkeys(concerned, exception))
            continue
        if result.success:
            continue
        unexpected = {int(row["place"]) for row in result.result["unexpected_index_list"]}
        if place_of_rule == _EVERY_RULE:
            reason = result.expectation_config.meta["reason"]
            broken.update(dict.fromkeys(unexpected, reason))
        else:
            failing |= unexpected
    return failing - broken.keys(), broken


def _frame(pairs: Sequence[Judged]) -> tuple["pd.DataFrame", list[Rule]]:
    """The statistics as a frame, one row a pair, and the rules that its column `rule` counts."""
    import pandas as pd

    rules = list(dict.fromkeys(rule for rule, _ in pairs))
    frame = pd.DataFrame(
        {
            "place": range(len(pairs)),
            "rule": [rules.index(rule) for rule, _ in pairs],
            "needs_effect": [int(rule.effect_threshold is not None) for rule, _ in pairs],
            "statistic": [float("nan") if s.statistic is None else s.statistic for _, s in pairs],
            "effect": [float("nan") if s.effect is None else s.effect for _, s in pairs],
        }
    )
    return frame, rules


def _validate(frame: "pd.DataFrame", rules: Sequence[Rule]) -> list[Any]:
    """Runs one suite over the frame: an expectation a rule, and three that keep it honest."""
    # Before the import: the package would else report its use to its makers.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx
    from great_expectations.expectations.core.expect_column_values_to_be_between import (
        ExpectColumnValuesToBeBetween,
    )
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
        ExpectColumnValuesToNotBeNull,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    batch = (
        context.data_sources.add_pandas("quality")
        .add_dataframe_asset("quality_statistics")
        .add_batch_definition_whole_dataframe("day_under_test")
    )
    suite = context.suites.add(gx.ExpectationSuite(name="collection"))
    honest = {"rule": _EVERY_RULE, "reason": "the statistic is not a number"}
    suite.add_expectation(
        ExpectColumnValuesToNotBeNull(
            column="statistic", severity=FailureSeverity.CRITICAL, meta=honest
        )
    )
    suite.add_expectation(
        ExpectColumnValuesToBeBetween(
            column="statistic",
            min_value=-1e300,
            max_value=1e300,
            severity=FailureSeverity.CRITICAL,
            meta={"rule": _EVERY_RULE, "reason": "the statistic is infinite"},
        )
    )
    if frame["needs_effect"].any():
        # A missing effect would drop the row from its rule's condition, and so pass.
        suite.add_expectation(
            ExpectColumnValuesToNotBeNull(
                column="effect",
                row_condition=Column("needs_effect") == 1,
                severity=FailureSeverity.CRITICAL,
                meta={"rule": _EVERY_RULE, "reason": "the size of the effect is not a number"},
            )
        )
    for number, rule in enumerate(rules):
        own = Column("rule") == number
        large = None if rule.effect_threshold is None else Column("effect") >= rule.effect_threshold
        lower = rule.threshold if rule.fails_when == "below" else None
        upper = None if rule.fails_when == "below" else rule.threshold
        suite.add_expectation(
            ExpectColumnValuesToBeBetween(
                column="statistic",
                min_value=lower,
                max_value=upper,
                strict_max=rule.fails_when == "at_least",
                row_condition=own if large is None else own & large,
                severity=(
                    FailureSeverity.WARNING if rule.severity == "warn" else FailureSeverity.CRITICAL
                ),
                meta={"rule": number, "check_id": rule.check_id, "feed": rule.feed},
            )
        )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="collection", data=batch, suite=suite)
    )
    outcome = definition.run(
        batch_parameters={"dataframe": frame},
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["place"]},
    )
    return list(outcome.results)


def _exception(info: dict[str, Any]) -> str | None:
    """The message of an exception within an expectation; None where there was none.

    Great Expectations gives either one record or one a metric, and calls both a plain failure.
    """
    records = [info] if "raised_exception" in info else list(info.values())
    for item in records:
        if item["raised_exception"]:
            return str(item["exception_message"]).strip().splitlines()[0]
    return None


def _match(rules: Sequence[Rule], measurements: Measurements) -> tuple[list[Judged], list[Verdict]]:
    """Pairs statistics with rules; what has no partner becomes a verdict at once."""
    judged: list[Judged] = []
    verdicts: list[Verdict] = []
    for rule in rules:
        own = [
            statistic
            for statistic in measurements.statistics
            if rule.concerns(statistic.check_id, statistic.feed, statistic.subject)
        ]
        judged += [(rule, statistic) for statistic in own]
        sources = [source for source, feed in measurements.feeds if feed == rule.feed]
        for source in sources:
            if not any(statistic.source_system == source for statistic in own):
                lost = Statistic(
                    rule.check_id, source, rule.feed, rule.subject, None, None, None, None, ""
                )
                reason = "the models in models/quality gave no statistic for this rule"
                verdicts.append(_errored(rule, lost, measurements.as_of_date, reason))
        if not sources:
            none = Statistic(
                rule.check_id,
                "",
                rule.feed,
                rule.subject,
                None,
                None,
                None,
                "no enabled source gives this feed",
                "",
            )
            judged.append((rule, none))
    return judged, verdicts


def _verdict(
    rule: Rule, statistic: Statistic, status: Status, as_of: date | None, message: str
) -> Verdict:
    return Verdict(
        check_id=rule.check_id,
        source_system=statistic.source_system,
        feed=rule.feed,
        subject=statistic.subject,
        status=status,
        severity=rule.severity,
        as_of_date=as_of,
        statistic=statistic.statistic,
        threshold=rule.threshold,
        effect=statistic.effect,
        effect_threshold=rule.effect_threshold,
        sample_size=statistic.sample_size,
        message=message,
        guards=rule.guards,
    )


def _errored(rule: Rule, statistic: Statistic | None, as_of: date | None, reason: str) -> Verdict:
    known = statistic or Statistic(
        rule.check_id, "", rule.feed, rule.subject, None, None, None, None, ""
    )
    message = (
        f"{_heading(rule, known)} could not be checked: {reason}. "
        "Nothing is published until it can."
    )
    return _verdict(rule, known, "errored", as_of, message)


def _message(rule: Rule, statistic: Statistic, status: Status, published: date | None) -> str:
    heading = _heading(rule, statistic)
    if status == "not evaluated":
        return f"{heading} not evaluated: {statistic.not_evaluated_reason}."
    if status == "passed":
        return f"{heading} within limits: {statistic.detail}."
    if rule.severity == "warn":
        consequence = "Publishing goes on."
    elif published is not None:
        consequence = f"The published marts stay at {published}."
    else:
        consequence = "Nothing is published; the last published marts stay."
    return f"{heading}: {statistic.detail}. {consequence} What to do: {rule.remedy}."


def _heading(rule: Rule, statistic: Statistic) -> str:
    origin = f" of {statistic.source_system}" if statistic.source_system else ""
    part = f", {statistic.subject}" if statistic.subject else ""
    return f"{rule.check_id} {rule.name}, {rule.feed}{origin}{part}"


def _first_line(problem: Exception) -> str:
    text = str(problem).strip() or type(problem).__name__
    return text.splitlines()[0].rstrip(".")
