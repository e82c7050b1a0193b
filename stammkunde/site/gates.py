"""The state of the gates as the page shows it: verdicts grouped, ordered and put into words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stammkunde.quality import Verdict

# More passed checks than these fold away: they are what nobody needs to act on.
PASSED_IN_SIGHT = 5


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
        source_system: the source; empty where all verdicts are about one.
        feed: the feed.
        subject: the part of the feed; may be empty.
        state: how it stands.
        is_blocking: whether it keeps the marts from being published.
        figure: statistic and threshold in words; may be empty.
        message: the sentence for a person.
        since: first day in this state without a break; None if no run was recorded.
    """

    check_id: str
    source_system: str
    feed: str
    subject: str
    state: State
    is_blocking: bool
    figure: str
    message: str
    since: dt.date | None

    @property
    def name(self) -> str:
        """All in one: ``B1 events · device_type``, of several sources ``B1 shop · events · …``."""
        parts = (self.source_system, self.feed, self.subject)
        return f"{self.check_id} {' · '.join(part for part in parts if part)}"


@dataclass(frozen=True)
class GateBoard:
    """All gates of a run.

    Attributes:
        gates: worst first.
        checks: the checks in their order, rows of the board.
        feeds: the feeds in the order in which they came, columns of the board.
        cells: the worst gate of a check and feed, of whatever source.
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


def build_board(verdicts: Sequence[Verdict]) -> GateBoard:
    """Put the verdicts of a run in order."""
    # Verdicts about feeds that nobody gives have no source.
    sources = {verdict.source_system for verdict in verdicts if verdict.source_system}
    gates = sorted(
        (_gate(verdict, names_source=len(sources) > 1) for verdict in verdicts),
        key=lambda gate: (
            not gate.is_blocking,
            gate.state.rank,
            gate.check_id,
            gate.feed,
            gate.source_system,
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


def _gate(verdict: Verdict, *, names_source: bool) -> Gate:
    state = _state(verdict)
    return Gate(
        check_id=verdict.check_id,
        source_system=verdict.source_system if names_source else "",
        feed=verdict.feed,
        subject=verdict.subject,
        state=state,
        is_blocking=state in (STOPPED, ERRORED),
        figure=_figure(verdict.statistic, verdict.threshold),
        message=verdict.message,
        since=verdict.since,
    )


def _state(verdict: Verdict) -> State:
    if verdict.status == "passed":
        return PASSED
    if verdict.status == "not evaluated":
        return UNKNOWN
    if verdict.status == "failed":
        return STOPPED if verdict.blocks else WARNED
    # `errored`, and any status that a later version may add: never mistaken for a pass.
    return ERRORED


def _checks(number: int) -> str:
    return f"{number:,} check" if number == 1 else f"{number:,} checks"


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _figure(statistic: float | None, threshold: float) -> str:
    return "" if statistic is None else f"{statistic:,.4g} against {threshold:,.4g}"
