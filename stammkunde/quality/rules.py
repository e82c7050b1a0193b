"""The rules of the gates: the rows of seed ``collection_checks``."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from stammkunde.paths import PROJECT

Severity = Literal["block", "error", "warn"]
FailsWhen = Literal["above", "at_least", "below"]

RULES_FILE = PROJECT / "seeds" / "reference" / "collection_checks.csv"


@dataclass(frozen=True)
class Rule:
    """When a check of a feed fails, and what follows.

    Attributes:
        check_id: check, for example ``B1``.
        feed: conformed feed that is checked.
        subject: part of the feed that the rule is for; empty: whatever the check measures.
        name: name of the check in messages.
        severity: ``block`` and ``error`` hold publishing back, ``warn`` is shown.
        fails_when: side of the threshold on which the check fails.
        threshold: limit of the statistic, in the statistic's unit.
        effect_threshold: least effect with which a breach counts; None: any breach does.
        guards: conformed feed whose dependants the check guards.
        remedy: what to do when it fails.
    """

    check_id: str
    feed: str
    subject: str
    name: str
    severity: Severity
    fails_when: FailsWhen
    threshold: float
    effect_threshold: float | None
    guards: str
    remedy: str

    def concerns(self, check_id: str, feed: str, subject: str) -> bool:
        """Whether a statistic is held against this rule."""
        return (self.check_id, self.feed) == (check_id, feed) and self.subject in ("", subject)


def read_rules(path: Path = RULES_FILE) -> list[Rule]:
    """Reads the rules, in the order of the file.

    Args:
        path: CSV file of the seed, UTF-8, with a header.

    Returns:
        One rule a row.

    Raises:
        ValueError: a row has an unknown severity or side, a threshold that is no number, or repeats
            check, feed and subject; names the file and the line.
    """
    rules: list[Rule] = []
    seen: set[tuple[str, str, str]] = set()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            try:
                rule = _rule(row)
                key = (rule.check_id, rule.feed, rule.subject)
                if key in seen:
                    raise ValueError(f"check, feed and subject are there twice: {' '.join(key)}")
            except (KeyError, ValueError) as problem:
                raise ValueError(f"{path.name}, line {rows.line_num}: {problem}") from problem
            seen.add(key)
            rules.append(rule)
    return rules


def _rule(row: dict[str, str]) -> Rule:
    for column, values in (("severity", get_args(Severity)), ("fails_when", get_args(FailsWhen))):
        if row[column] not in values:
            raise ValueError(f"{column} is '{row[column]}', not one of {', '.join(values)}")
    return Rule(
        check_id=row["check_id"],
        feed=row["feed"],
        subject=row["subject"],
        name=row["check_name"],
        severity=cast("Severity", row["severity"]),
        fails_when=cast("FailsWhen", row["fails_when"]),
        threshold=float(row["threshold"]),
        effect_threshold=float(row["effect_threshold"]) if row["effect_threshold"] else None,
        guards=row["guards"],
        remedy=row["remedy"],
    )
