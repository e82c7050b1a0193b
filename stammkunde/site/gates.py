"""The state of the gates as the page shows it: verdicts grouped, ordered and put into words."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# What a verdict's check guards stops when it failed at one of these severities, or could not run.
BLOCKING = frozenset({"error", "block", "critical"})

# More passed checks than these fold away: they are what nobody needs to act on.
PASSED_IN_SIGHT = 5

# check_id, feed, subject
VerdictKey = tuple[str, str, str]


class Verdict(Protocol):
    """What the page needs of a check's result; ``stammkunde.quality`` makes them.

    Attributes:
        check_id: the check, ``B1``.
        feed: the feed that it looked at.
        subject: the part of the feed, such as a column or dimension; may be empty.
        status: ``passed``, ``failed``, ``not evaluated`` or ``errored``.
        severity: ``block``, ``error``, ``critical`` or ``warn``, ``warning``.
        statistic: what was measured; None if nothing could be.
        threshold: the bar it was held against; None if it has none.
        message: a sentence for a person: what is missing and what to do. No personal data.
    """

    @property
    def check_id(self) -> str:
        """See the class."""

    @property
    def feed(self) -> str:
        """See the class."""

    @property
    def subject(self) -> str:
        """See the class."""

    @property
    def status(self) -> str:
        """See the class."""

    @property
    def severity(self) -> str:
        """See the class."""

    @property
    def statistic(self) -> float | None:
        """See the class."""

    @property
    def threshold(self) -> float | None:
        """See the class."""

    @property
    def message(self) -> str:
        """See the class."""


@dataclass(frozen=True)
class State:
    """How a verdict is shown.

    Attributes:
        css: class of the style sheet.
        mark: one character, so that the state never hangs on colour alone.
        word: the state in a word or two.
        rank: worst first.
        past: the state as the verb of a sentence.
    """

    css: str
    mark: str
    word: str
    rank: int
    past: str


STOPPED = State("failed", "✕", "failed", 0, "failed")
ERRORED = State("failed", "✕", "could not run", 1, "could not run")
WARNED = State("warned", "!", "warning", 2, "gave a warning")
UNKNOWN = State("unknown", "?", "not evaluated", 3, "had too little data to judge")
PASSED = State("passed", "✓", "passed", 4, "passed")


@dataclass(frozen=True)
class Gate:
    """A verdict, ready to be shown.

    Attributes:
        check_id: the check.
        feed: the feed.
        subject: the part of the feed; may be empty.
        state: how it stands.
        is_blocking: whether it keeps the marts from being published.
        figure: statistic and threshold in words; may be empty.
        message: the sentence for a person.
        since: first day in this state without a break, as far as known.
    """

    check_id: str
    feed: str
    subject: str
    state: State
    is_blocking: bool
    figure: str
    message: str
    since: dt.date | None

    @property
    def name(self) -> str:
        """Check, feed and subject in one: ``B1 events · device_type``."""
        place = " · ".join(part for part in (self.feed, self.subject) if part)
        return f"{self.check_id} {place}".strip()


@dataclass(frozen=True)
class GateBoard:
    """All gates of a run.

    Attributes:
        gates: worst first.
        checks: the checks in their order, rows of the board.
        feeds: the feeds in the order in which they came, columns of the board.
        cells: the worst gate of a check and feed.
    """

    gates: tuple[Gate, ...]
    checks: tuple[str, ...]
    feeds: tuple[str, ...]
    cells: Mapping[tuple[str, str], Gate]

    @property
    def blocking(self) -> tuple[Gate, ...]:
        """The gates that keep the marts from being published."""
        return tuple(gate for gate in self.gates if gate.is_blocking)

    @property
    def folded(self) -> tuple[Gate, ...]:
        """The passed gates, where they are too many to stand among the others."""
        passed = tuple(gate for gate in self.gates if gate.state is PASSED)
        return passed if len(passed) > PASSED_IN_SIGHT else ()

    @property
    def in_sight(self) -> tuple[Gate, ...]:
        """Every other gate."""
        return tuple(gate for gate in self.gates if not self.folded or gate.state is not PASSED)

    @property
    def reading(self) -> str:
        """The board in one sentence; empty without gates."""
        counts = dict(self.counts)
        unknown, passed = counts.get(UNKNOWN, 0), counts.get(PASSED, 0)
        made = len(self.gates) - unknown
        if not self.gates:
            return ""
        if not made:
            return "No check could be made: there was too little data to judge by."
        if passed < made:
            parts = [f"{number:,} {state.past}" for state, number in self.counts]
            return f"Of {_checks(len(self.gates))}, {_and(parts)}."
        if not unknown:
            return "The only check passed." if made == 1 else f"All {_checks(made)} passed."
        could = "The only check" if made == 1 else f"All {_checks(made)}"
        return f"{could} that could be made passed; {unknown:,} {UNKNOWN.past}."

    @property
    def counts(self) -> tuple[tuple[State, int], ...]:
        """How many gates stand where, worst first, without the empty states."""
        states = (STOPPED, ERRORED, WARNED, UNKNOWN, PASSED)
        counted = ((state, sum(gate.state is state for gate in self.gates)) for state in states)
        return tuple((state, count) for state, count in counted if count)


def build_board(
    verdicts: Sequence[Verdict], since: Mapping[VerdictKey, dt.date] | None = None
) -> GateBoard:
    """Put the verdicts of a run in order.

    Args:
        verdicts: of one run.
        since: first day in the present state, for as many verdicts as known.
    """
    known = since or {}
    gates = sorted(
        (_gate(verdict, known.get(_key(verdict))) for verdict in verdicts),
        key=lambda gate: (
            not gate.is_blocking,
            gate.state.rank,
            gate.check_id,
            gate.feed,
            gate.subject,
        ),
    )
    cells: dict[tuple[str, str], Gate] = {}
    for gate in gates:
        cells.setdefault((gate.check_id, gate.feed), gate)
    return GateBoard(
        gates=tuple(gates),
        checks=tuple(sorted({gate.check_id for gate in gates})),
        feeds=tuple(dict.fromkeys(verdict.feed for verdict in verdicts)),
        cells=cells,
    )


def standing_since(history: Iterable[tuple[dt.date, Verdict]]) -> dict[VerdictKey, dt.date]:
    """Since when each check has stood as it stands now.

    Args:
        history: verdicts with the day of their run, in any order; of two runs for one day the later
            in the sequence counts.

    Returns:
        The first day of the present unbroken state, by check, feed and subject.
    """
    by_day: dict[VerdictKey, dict[dt.date, str]] = {}
    for day, verdict in history:
        by_day.setdefault(_key(verdict), {})[day] = verdict.status
    since = {}
    for key, statuses in by_day.items():
        days = sorted(statuses, reverse=True)
        first = days[0]
        for day in days:
            if statuses[day] != statuses[days[0]]:
                break
            first = day
        since[key] = first
    return since


def _key(verdict: Verdict) -> VerdictKey:
    return (verdict.check_id, verdict.feed, verdict.subject or "")


def _gate(verdict: Verdict, since: dt.date | None) -> Gate:
    state = _state(verdict)
    return Gate(
        check_id=verdict.check_id,
        feed=verdict.feed,
        subject=verdict.subject or "",
        state=state,
        is_blocking=state in (STOPPED, ERRORED),
        figure=_figure(verdict.statistic, verdict.threshold),
        message=verdict.message or "",
        since=since,
    )


def _state(verdict: Verdict) -> State:
    if verdict.status == "passed":
        return PASSED
    if verdict.status == "not evaluated":
        return UNKNOWN
    if verdict.status == "failed":
        return STOPPED if verdict.severity in BLOCKING else WARNED
    # `errored`, and any status that a later version may add: never mistaken for a pass.
    return ERRORED


def _checks(number: int) -> str:
    return f"{number:,} check" if number == 1 else f"{number:,} checks"


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _figure(statistic: float | None, threshold: float | None) -> str:
    if statistic is None:
        return ""
    measured = f"{statistic:,.4g}"
    return measured if threshold is None else f"{measured} against {threshold:,.4g}"
