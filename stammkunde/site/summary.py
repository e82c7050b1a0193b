"""The figures of the Management page, read from the published ``marts.segment_summary``."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar

import duckdb

from stammkunde.publish import NothingPublishedError, open_marts

# The phase, by seed lifecycle_segments, whose share of the revenue the page names.
LOYALTY = "Loyalty"

Number = TypeVar("Number", int, Decimal)


class SiteError(RuntimeError):
    """The published marts do not hold what the page needs."""


@dataclass(frozen=True)
class Figure(Generic[Number]):
    """A figure with the one of a month earlier, if there was such a month."""

    now: Number
    before: Number | None


@dataclass(frozen=True)
class Figures:
    """What is known of a segment, or of several together.

    Attributes:
        customers: customers at the end of the day.
        revenue_30d: net revenue of the last 30 days, reporting currency.
        revenue_365d: net revenue of the last 365 days, reporting currency. Who is slipping away or
            lost has bought next to nothing in 30 days, by definition; so segments and phases are
            compared by their year.
    """

    customers: Figure[int]
    revenue_30d: Figure[Decimal]
    revenue_365d: Figure[Decimal]


@dataclass(frozen=True)
class Segment:
    """A segment with its figures.

    Attributes:
        segment_id: ``S01`` to ``S14``.
        name: English name.
        name_de: German name.
        phase_number: 1 to 5.
        lost_stage: ``L1`` to ``L6`` where its customers are slipping away or lost, else None.
        customer_state: ``visitor``, ``lead`` or ``buyer``.
        figures: the segment's figures.
    """

    segment_id: str
    name: str
    name_de: str
    phase_number: int
    lost_stage: str | None
    customer_state: str
    figures: Figures

    @property
    def is_buyers(self) -> bool:
        """Whether its customers have bought at least once."""
        return self.customer_state == "buyer"

    @property
    def is_lost(self) -> bool:
        """Whether its customers are slipping away or lost."""
        return self.lost_stage is not None


@dataclass(frozen=True)
class Phase:
    """A phase with its segments in their order.

    Attributes:
        phase_number: 1 to 5.
        name: English name as it is read, ``Activate``.
        name_de: German name.
        segments: at least one.
    """

    phase_number: int
    name: str
    name_de: str
    segments: tuple[Segment, ...]

    @property
    def figures(self) -> Figures:
        """The phase's own figures."""
        return total(self.segments)

    @property
    def is_lost(self) -> bool:
        """Whether the customers of every segment are slipping away or lost."""
        return all(segment.is_lost for segment in self.segments)


@dataclass(frozen=True)
class Summary:
    """What is published.

    Attributes:
        version: the published version.
        as_of_date: the day that the figures describe.
        previous_date: the day they are compared with; None in the first month.
        currency: ISO code of every amount.
        phases: in their order; empty if the mart has no row.
    """

    version: str
    as_of_date: dt.date | None
    previous_date: dt.date | None
    currency: str
    phases: tuple[Phase, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments in the order of their phases."""
        return tuple(segment for phase in self.phases for segment in phase.segments)

    @property
    def has_customers(self) -> bool:
        """Whether there is anybody to show, now or a month ago."""
        return any(
            figure.now or figure.before
            for segment in self.segments
            for figure in (segment.figures.customers, segment.figures.revenue_365d)
        )


def total(segments: Iterable[Segment]) -> Figures:
    """Add segments up. An earlier figure is known only if every segment has one."""
    rows = [segment.figures for segment in segments]
    return Figures(
        customers=_add([row.customers for row in rows], 0),
        revenue_30d=_add([row.revenue_30d for row in rows], Decimal(0)),
        revenue_365d=_add([row.revenue_365d for row in rows], Decimal(0)),
    )


def _add(figures: Sequence[Figure[Number]], zero: Number) -> Figure[Number]:
    earlier = [figure.before for figure in figures if figure.before is not None]
    is_known = len(figures) > 0 and len(earlier) == len(figures)
    return Figure(
        now=sum((figure.now for figure in figures), zero),
        before=sum(earlier, zero) if is_known else None,
    )


def read_summary(serving: Path) -> Summary | None:
    """Read the current publication.

    Args:
        serving: the serving folder.

    Returns:
        The figures, or None if nothing is published yet.

    Raises:
        SiteError: the publication cannot be read or lacks ``segment_summary``.
    """
    try:
        with open_marts(serving) as connection:
            publication = connection.execute(
                "select version, as_of_date from marts._publication"
            ).fetchall()
            rows = connection.execute(
                """
                select
                    segment_id, segment_name, segment_name_de, phase_number, phase, phase_name_de,
                    lost_stage, customer_state,
                    coalesce(customer_count, 0), previous_customer_count,
                    coalesce(net_revenue_30d, 0)::decimal(38, 4),
                    previous_net_revenue_30d::decimal(38, 4),
                    coalesce(net_revenue_365d, 0)::decimal(38, 4),
                    previous_net_revenue_365d::decimal(38, 4),
                    as_of_date, previous_date, reporting_currency
                from marts.segment_summary
                order by phase_number, segment_id
                """
            ).fetchall()
    except NothingPublishedError:
        return None
    except duckdb.Error as error:
        reason = next(iter(str(error).splitlines()), "")
        raise SiteError(f"The publication in {serving} cannot be shown: {reason}") from error
    version, as_of_date = publication[0]
    if not rows:
        return Summary(version, as_of_date, None, "", ())
    *_, row_as_of, previous_date, currency = rows[0]
    # The mart names the day before even where nobody was a customer then.
    is_compared = any(row[9] is not None for row in rows)
    return Summary(
        version=version,
        as_of_date=row_as_of or as_of_date,
        previous_date=previous_date if is_compared else None,
        currency=currency or "",
        phases=_phases(rows),
    )


def _phases(rows: Sequence[tuple[object, ...]]) -> tuple[Phase, ...]:
    names: dict[int, tuple[str, str]] = {}
    segments: dict[int, list[Segment]] = {}
    for row in rows:
        segment_id, name, name_de, number, phase, phase_de, lost_stage, state, *figures = row
        assert isinstance(number, int)
        names[number] = (str(phase).capitalize(), str(phase_de))
        segments.setdefault(number, []).append(
            Segment(
                segment_id=str(segment_id),
                name=str(name),
                name_de=str(name_de),
                phase_number=number,
                lost_stage=None if lost_stage is None else str(lost_stage),
                customer_state=str(state),
                figures=Figures(
                    customers=_figure(int, *figures[0:2]),
                    revenue_30d=_figure(Decimal, *figures[2:4]),
                    revenue_365d=_figure(Decimal, *figures[4:6]),
                ),
            )
        )
    return tuple(
        Phase(number, *names[number], segments=tuple(segments[number])) for number in sorted(names)
    )


def _figure(kind: type[Number], now: object, before: object) -> Figure[Number]:
    assert isinstance(now, kind)
    assert before is None or isinstance(before, kind)
    return Figure(now, before)
