"""Build the Management page: one HTML file that needs no server and no network."""

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stammkunde.site import charts
from stammkunde.site.gates import Verdict, VerdictKey, build_board
from stammkunde.site.numbers import (
    SMALLEST_BASE,
    Change,
    change,
    count_text,
    date_text,
    money_text,
    share_text,
)
from stammkunde.site.summary import (
    LAST_PHASE,
    LEADS,
    VISITORS,
    Phase,
    Segment,
    Summary,
    Total,
    read_summary,
    total,
)

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Card:
    """A headline number.

    Attributes:
        title: what it counts.
        figure: the number.
        change: against the previous month.
        note: a line of context; may be empty.
    """

    title: str
    figure: str
    change: Change
    note: str


def build_site(
    serving: Path,
    warehouse_verdicts: Sequence[Verdict],
    site: Path,
    *,
    run_as_of: dt.date | None = None,
    since: Mapping[VerdictKey, dt.date] | None = None,
    check_names: Mapping[str, str] | None = None,
) -> Path:
    """Write ``index.html`` from what is published and what the last run's checks said.

    Args:
        serving: the serving folder; need not exist.
        warehouse_verdicts: verdicts of the last run, whether it published or was blocked.
        site: folder of the pages; made if it is not there.
        run_as_of: day of the last run, for the banner; None leaves it out.
        since: first day in its present state, by verdict; see ``standing_since``.
        check_names: names of the checks by id, such as ``mix of the day``; the id alone without.

    Returns:
        Path of the page. It is replaced at one stroke: who has it open never sees half of it.

    Raises:
        SiteError: a publication is there but cannot be shown.
        OSError: the page cannot be written.
    """
    html = render(
        read_summary(serving),
        warehouse_verdicts,
        run_as_of=run_as_of,
        since=since,
        check_names=check_names,
    )
    site.mkdir(parents=True, exist_ok=True)
    page = site / "index.html"
    draft = site / ".index.html.new"
    draft.write_text(html, encoding="utf-8")
    return draft.replace(page)


def render(
    summary: Summary | None,
    verdicts: Sequence[Verdict],
    *,
    run_as_of: dt.date | None = None,
    since: Mapping[VerdictKey, dt.date] | None = None,
    check_names: Mapping[str, str] | None = None,
) -> str:
    """The page's HTML; arguments as for :func:`build_site`."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count_text, day=date_text)
    drawn = summary if summary and summary.has_customers else None
    specifications = chart_specifications(drawn) if drawn else {}
    code = charts.script() if specifications else ""
    return environment.get_template("management.html.j2").render(
        summary=summary,
        drawn=drawn,
        board=build_board(verdicts, since),
        check_names=check_names or {},
        run_as_of=run_as_of,
        cards=headline_cards(drawn) if drawn else [],
        row=_row,
        everybody=total(drawn.segments) if drawn else None,
        charts=set(specifications),
        smallest_base=SMALLEST_BASE,
        style=Markup((_TEMPLATES / "management.css").read_text(encoding="utf-8")),
        specifications=Markup(charts.inline_json(specifications)),
        script=Markup(code),
        script_hash=_content_hash(code),
    )


def headline_cards(summary: Summary) -> list[Card]:
    """The headline numbers: buyers, revenue, leads and visitors."""
    buyers = [segment for segment in summary.segments if segment.is_buyers]
    bought = total(buyers)
    fading = total(segment for segment in buyers if segment.phase_number == LAST_PHASE)
    everybody = total(summary.segments)
    cards = [
        Card(
            title="Buyers",
            figure=count_text(bought.customers),
            change=_customer_change(bought),
            note=f"{count_text(bought.customers - fading.customers)} active, "
            f"{count_text(fading.customers)} slipping away or lost",
        ),
        Card(
            title="Net revenue, last 30 days",
            figure=money_text(everybody.revenue, summary.currency),
            change=_revenue_change(everybody),
            note=_greatest_share(summary),
        ),
    ]
    for segment_id, title, note in (
        (LEADS, "Leads", "known by name or address, not bought yet"),
        (VISITORS, "Visitors", "seen on a device, not known yet"),
    ):
        figures = total(item for item in summary.segments if item.segment_id == segment_id)
        cards.append(
            Card(
                title=title,
                figure=count_text(figures.customers),
                change=_customer_change(figures),
                note=note,
            )
        )
    return cards


def chart_specifications(summary: Summary) -> dict[str, dict[str, Any]]:
    """The page's charts by name.

    People who never bought stand apart from the buyers, on a scale of their own: visitors often
    outnumber buyers ten to one, and would press every other bar flat.
    """
    buying = [phase for phase in summary.phases if phase.segments[0].is_buyers]
    buyers = [segment for segment in summary.segments if segment.is_buyers]
    others = [segment for segment in summary.segments if not segment.is_buyers]
    compared = (
        f"The upright mark is {date_text(summary.previous_date)}." if summary.previous_date else ""
    )
    groups: dict[str, tuple[str, Sequence[Phase | Segment], bool]] = {
        "phase-customers": ("Buyers by phase.", buying, False),
        "phase-revenue": ("Net revenue of the last 30 days by phase.", buying, True),
        "buyer-segments": ("Buyers by segment.", buyers, False),
        "segment-revenue": ("Net revenue of the last 30 days by segment.", buyers, True),
        "other-segments": ("Visitors and leads.", others, False),
    }
    return {
        name: charts.bar_chart(
            [_bar(item, summary, money=money) for item in items], f"{title} {compared}".strip()
        )
        for name, (title, items, money) in groups.items()
        if items
    }


def _bar(item: Phase | Segment, summary: Summary, *, money: bool) -> charts.Bar:
    figures: Total | Segment = item.total if isinstance(item, Phase) else item
    number = item.number if isinstance(item, Phase) else item.phase_number
    now = figures.revenue if money else figures.customers
    before = figures.revenue_before if money else figures.customers_before
    unit = "net revenue in 30 days" if money else "customers"

    def say(value: Any) -> str:  # noqa: ANN401 - Decimal or int, as `money` says
        return money_text(value, summary.currency) if money else count_text(value)

    changed = _revenue_change(figures) if money else _customer_change(figures)
    name = f"{item.name} ({item.name_de})" if item.name != item.name_de else item.name
    spoken = f"{name}: {unit} {say(now)}"
    if before is not None:
        spoken += f", change {changed.text}"
    return charts.Bar(
        label=item.name,
        value=float(now),
        previous=None if before is None else float(before),
        text=say(now),
        spoken=spoken,
        spoken_previous=(
            ""
            if before is None
            else f"{name}, {date_text(summary.previous_date)}: {unit} {say(before)}"
        ),
        muted=number == LAST_PHASE,
    )


def _row(item: Phase | Segment | Total) -> dict[str, object]:
    """The cells of a table row; the head of the table names the currency."""
    figures = item.total if isinstance(item, Phase) else item
    return {
        "customers": count_text(figures.customers),
        "customers_change": _customer_change(figures),
        "revenue": money_text(figures.revenue),
        "revenue_change": _revenue_change(figures),
    }


def _customer_change(figures: Total | Segment) -> Change:
    return change(figures.customers, figures.customers_before, figures.customers_before)


def _revenue_change(figures: Total | Segment) -> Change:
    return change(figures.revenue, figures.revenue_before, figures.customers_before)


def _greatest_share(summary: Summary) -> str:
    """Which phase brings most of the revenue, where that can be said."""
    revenue = total(summary.segments).revenue
    best = max(summary.phases, key=lambda phase: (phase.total.revenue, -phase.number))
    share = share_text(best.total.revenue, revenue)
    if not share or best.total.revenue > revenue:
        return ""
    return f"{share} of it from {best.name} ({best.name_de})"


def _content_hash(code: str) -> str:
    """The source of a script as the content security policy names it."""
    digest = hashlib.sha256(code.encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()
