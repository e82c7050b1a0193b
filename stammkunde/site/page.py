"""Build the Management page: one HTML file that needs no server and no network."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stammkunde.quality import Verdict
from stammkunde.site import charts
from stammkunde.site.gates import build_board
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
    LOYALTY,
    Figure,
    Figures,
    Phase,
    Segment,
    Summary,
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
    verdicts: Sequence[Verdict],
    site: Path,
    *,
    check_names: Mapping[str, str] | None = None,
    stopped_by: Sequence[str] = (),
    gates_were_asked: bool = True,
) -> Path:
    """Write ``index.html`` from what is published and what the last run's checks said.

    Args:
        serving: the serving folder; need not exist.
        verdicts: those of the last run, whether it published or was blocked.
        site: folder of the pages; made if it is not there.
        check_names: names of the checks by id, such as ``mix of the day``; the id alone without.
        stopped_by: what stopped the last run, unless it was a gate; without data of a person.
        gates_were_asked: whether the verdicts are those of the last run; otherwise of one before.

    Returns:
        Path of the page. It is replaced at one stroke: who has it open never sees half of it.

    Raises:
        SiteError: a publication is there but cannot be shown.
        OSError: the page cannot be written.
    """
    html = render(
        read_summary(serving),
        verdicts,
        check_names=check_names,
        stopped_by=stopped_by,
        gates_were_asked=gates_were_asked,
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
    check_names: Mapping[str, str] | None = None,
    stopped_by: Sequence[str] = (),
    gates_were_asked: bool = True,
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
        board=build_board(verdicts),
        check_names=check_names or {},
        stopped_by=stopped_by,
        gates_were_asked=gates_were_asked,
        # A verdict that could not be made may not know its day.
        run_as_of=next((each.as_of_date for each in verdicts if each.as_of_date), None),
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
    fading = total(segment for segment in buyers if segment.is_lost)
    everybody = total(summary.segments)
    cards = [
        Card(
            title="Buyers",
            figure=count_text(bought.customers.now),
            change=_change(bought, bought.customers),
            note=f"{count_text(bought.customers.now - fading.customers.now)} active, "
            f"{count_text(fading.customers.now)}\N{NO-BREAK SPACE}slipping away or lost",
        ),
        Card(
            title="Net revenue, last 30 days",
            figure=money_text(everybody.revenue_30d.now, summary.currency),
            change=_change(everybody, everybody.revenue_30d),
            note=_year_note(summary, everybody),
        ),
    ]
    for state, title, note in (
        ("lead", "Leads", "known by name or address, not bought yet"),
        ("visitor", "Visitors", "seen on a device, not known yet"),
    ):
        figures = total(item for item in summary.segments if item.customer_state == state)
        cards.append(
            Card(
                title=title,
                figure=count_text(figures.customers.now),
                change=_change(figures, figures.customers),
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
        "phase-revenue": ("Net revenue of the last 365 days by phase.", buying, True),
        "buyer-segments": ("Buyers by segment.", buyers, False),
        "segment-revenue": ("Net revenue of the last 365 days by segment.", buyers, True),
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
    figure: Figure[Any] = item.figures.revenue_365d if money else item.figures.customers
    unit = "net revenue in 365 days" if money else "customers"

    def say(value: Any) -> str:  # noqa: ANN401 - Decimal or int, as `money` says
        return money_text(value, summary.currency) if money else count_text(value)

    name = f"{item.name} ({item.name_de})" if item.name != item.name_de else item.name
    spoken = f"{name}: {unit} {say(figure.now)}"
    spoken_previous = ""
    if figure.before is not None:
        spoken += f", change {_change(item.figures, figure).text}"
        spoken_previous = f"{name}, {date_text(summary.previous_date)}: {unit} {say(figure.before)}"
    return charts.Bar(
        label=item.name,
        value=float(figure.now),
        previous=None if figure.before is None else float(figure.before),
        text=say(figure.now),
        spoken=spoken,
        spoken_previous=spoken_previous,
        muted=item.is_lost,
    )


def _row(figures: Figures) -> dict[str, object]:
    """The cells of a table row; the head of the table names the currency."""
    return {
        "customers": count_text(figures.customers.now),
        "customers_change": _change(figures, figures.customers),
        "revenue": money_text(figures.revenue_365d.now),
        "revenue_change": _change(figures, figures.revenue_365d),
    }


def _change(figures: Figures, figure: Figure[int] | Figure[Decimal]) -> Change:
    """The change of one of the figures; how many customers they had says how much it means."""
    return change(figure.now, figure.before, figures.customers.before)


def _year_note(summary: Summary, everybody: Figures) -> str:
    """The revenue of the year, and the part that loyal customers bring where it can be said."""
    year = everybody.revenue_365d.now
    loyal = total(
        segment for phase in summary.phases if phase.name == LOYALTY for segment in phase.segments
    )
    share = share_text(loyal.revenue_365d.now, year) if 0 < loyal.revenue_365d.now <= year else ""
    note = f"{money_text(year, summary.currency)} in 365 days"
    return f"{note}, {share} of it from {LOYALTY}" if share else note


def _content_hash(code: str) -> str:
    """The source of a script as the content security policy names it."""
    digest = hashlib.sha256(code.encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()
