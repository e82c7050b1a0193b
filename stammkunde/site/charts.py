"""The charts: Altair specifications, coloured by the page's style sheet, and what draws them.

Colours are CSS variables (``var(--accent)``), which the browser resolves in the drawn SVG: light,
dark and print need no second drawing. All charts share one copy of vl-convert's bundle (898 kB;
``vegalite_to_html(bundle=True)`` would carry one a chart). Vega alone would be 577 kB, but the
bundle does not hand it out: imported by itself it is null in vl-convert 1.9.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

# Pixels: a bar with its gap, the names before it, the room for a value behind the longest bar.
ROW_HEIGHT = 30
LABEL_WIDTH = 120
VALUE_WIDTH = 92


@dataclass(frozen=True)
class Bar:
    """A bar with its mark of the previous month.

    Attributes:
        label: name at the axis.
        value: length of the bar.
        previous: where the mark stands; None draws none.
        text: the value as it is read.
        spoken: what a screen reader says of the bar.
        spoken_previous: what it says of the mark.
        muted: drawn in the quiet colour.
    """

    label: str
    value: float
    previous: float | None
    text: str
    spoken: str
    spoken_previous: str
    muted: bool = False


def bar_chart(bars: Sequence[Bar], description: str) -> dict[str, Any]:
    """A horizontal bar chart that fills the width of its container.

    Args:
        bars: from top to bottom; at least one, labels unique.
        description: what the chart shows, for a screen reader.

    Returns:
        A Vega-Lite specification.
    """
    ends = [value for bar in bars for value in (bar.value, bar.previous) if value is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    rows = [{**asdict(bar), "end": max(0.0, bar.value, bar.previous or 0.0)} for bar in bars]
    y = alt.Y(
        "label:N",
        sort=[bar.label for bar in bars],
        title=None,
        axis=alt.Axis(
            labelLimit=LABEL_WIDTH,
            minExtent=LABEL_WIDTH,
            maxExtent=LABEL_WIDTH,
            labelAlign="left",
            labelPadding=LABEL_WIDTH,
            labelFontSize=12,
            labelColor="var(--ink)",
            ticks=False,
            domain=False,
        ),
    )
    # A chart of nothing but zeros needs a domain of some length, or every bar is as long as any.
    domain = [low, high if high > low else 1.0]
    longest = alt.expr(f"max(20, width - {VALUE_WIDTH})")
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=domain, nice=False, range=[0, longest]))
    base = alt.Chart(alt.InlineData(values=rows))
    drawn = base.mark_bar(height=16, cornerRadiusEnd=2).encode(
        x=x,
        y=y,
        color=alt.condition(
            "datum.muted", alt.value("var(--accent-quiet)"), alt.value("var(--accent)")
        ),
        description="spoken:N",
        tooltip="spoken:N",
    )
    marks = (
        base.transform_filter("isValid(datum.previous)")
        .mark_tick(
            thickness=4,
            size=24,
            orient="vertical",
            color="var(--ink)",
            # A hem in the colour of the paper sets the mark off from the bar it stands in.
            stroke="var(--paper)",
            strokeWidth=1,
        )
        .encode(x="previous:Q", y=y, description="spoken_previous:N", tooltip="spoken_previous:N")
    )
    # The value stands behind bar and mark; the bar already speaks it.
    values = base.mark_text(
        align="left", dx=8, fontSize=12, color="var(--ink)", aria=False, baseline="middle"
    ).encode(x="end:Q", y=y, text="text:N")
    has_marks = any(bar.previous is not None for bar in bars)
    layers = (
        # Without an earlier month no layer of marks: Vega would announce it as an empty symbol.
        alt.layer(drawn, marks, values) if has_marks else alt.layer(drawn, values)
    )
    chart = (
        layers.properties(
            width="container",
            height=ROW_HEIGHT * len(bars),
            description=description,
            background="transparent",
            padding=0,
        )
        .configure(font=FONT)
        .configure_view(stroke=None)
    )
    specification: dict[str, Any] = chart.to_dict()
    # An address that nobody loads, but that no page of ours needs to name either.
    specification.pop("$schema", None)
    return specification


def to_svg(specification: Mapping[str, Any]) -> str:
    """Draw a specification as SVG, for tests and pictures; CSS variables stay as they are."""
    svg: str = vl_convert.vegalite_to_svg(dict(specification))
    return svg


@cache
def script() -> str:
    """Vega-Lite and the few lines that draw the page's charts, as one script."""
    lines = Path(__file__).with_name("templates").joinpath("charts.js").read_text(encoding="utf-8")
    bundle: str = vl_convert.javascript_bundle(lines)
    return _inline(bundle)


def inline_json(value: object) -> str:
    """JSON that no content can break out of a script element with."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _inline(code: str) -> str:
    # "</script" may stand in a string of the bundle; in JavaScript "<\/" is the same string.
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")
