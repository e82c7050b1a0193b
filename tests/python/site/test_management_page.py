"""The Management page: its figures, its labels, its banner, and what it must never do."""

import base64
import datetime as dt
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stammkunde.publish.serving import LINK
from stammkunde.quality import Verdict
from stammkunde.quality.rules import Severity
from stammkunde.quality.verdicts import Status
from stammkunde.site import SiteError, build_site
from stammkunde.site.charts import to_svg
from stammkunde.site.gates import build_board
from stammkunde.site.numbers import MINUS, NONE
from stammkunde.site.page import chart_specifications
from stammkunde.site.summary import read_summary

from .page_reader import PageReader
from .site_marts import (
    SEGMENTS,
    VERSION,
    SegmentRow,
    green_verdicts,
    made_verdict,
    publish_segments,
    red_verdicts,
)

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    return publish_segments(tmp_path / "serving")


def read_page(path: Path) -> PageReader:
    return PageReader(path.read_text(encoding="utf-8"))


def table_of(page: PageReader, first_head: str) -> list[list[str]]:
    (table,) = (table for table in page.tables if table[0][0] == first_head)
    return table


def mark_labels(svg: str) -> list[str]:
    """What a screen reader says of each mark of a chart; empty texts for silent ones."""
    return [
        element.get("aria-label") or ""
        for element in ElementTree.fromstring(svg).iter()
        if element.get("role") == "graphics-symbol"
        and element.get("aria-roledescription") != "axis"
    ]


def test_the_page_is_well_formed_and_says_what_it_shows(serving: Path, tmp_path: Path) -> None:
    path = build_site(serving, green_verdicts(), tmp_path / "site")
    page = read_page(path)
    assert path == tmp_path / "site" / "index.html"
    assert page.unbalanced == []
    assert "As of 31 December 2025, compared with 30 November 2025" in page.text
    assert f"Published version {VERSION}" in page.text
    assert [element.attributes["lang"] for element in page.find("html")] == ["en"]
    assert page.find("section", class_="banner") == []


def test_all_14_segments_stand_in_the_order_of_their_phases(serving: Path, tmp_path: Path) -> None:
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    rows = table_of(page, "Segment")[1:]
    groups = [row[0] for row in rows if len(row) == 1]
    segments = [row for row in rows if len(row) == 5]
    assert groups == [
        "Acquire Akquirieren",
        "Activate Aktivieren",
        "Grow Ausbauen",
        "Loyalty Treue",
        "Reactivate Reaktivieren",
    ]
    assert [row[0] for row in segments] == [
        " ".join(
            part for part in (stage, name, german if german != name else None) if part is not None
        )
        for _, name, german, _, _, _, stage, *_ in SEGMENTS
    ]
    assert segments[2] == [
        "New customer Neukunde",
        "812",
        "+167 +25.9%",
        "61,451",
        "+11,141 +22.1%",
    ]
    # 12 and 9 customers: no percentage. A figure that turned negative: neither.
    assert segments[13][2] == "+3"
    assert segments[11][3:] == [f"{MINUS}1,210", f"{MINUS}1,520"]
    heads = table_of(page, "Segment")[0]
    assert heads[3:] == ["Net revenue, last 365 days, EUR", "Change"]


def test_phases_and_headline_add_up(serving: Path, tmp_path: Path) -> None:
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    phases = table_of(page, "Phase")
    assert phases[3] == [
        "Grow Ausbauen",
        "2,163",
        f"{MINUS}37 {MINUS}1.7%",
        "491,001",
        f"{MINUS}4,789 {MINUS}1.0%",
    ]
    everybody = sum(row[7] for row in SEGMENTS)
    assert phases[-1][:2] == ["Everybody", f"{everybody:,}"]
    assert phases[-1][3] == "2,907,073"
    figures = {
        title.text: figure.text
        for title, figure in zip(page.find("dt"), page.find("dd", class_="big"), strict=True)
    }
    assert figures == {
        "Buyers": "11,072",
        "Net revenue, last 30 days": "EUR 383,438",
        "Leads": "4,102",
        "Visitors": "31,240",
    }
    assert "5,835 active, 5,237 slipping away or lost" in page.text
    # The month stands large, with the change of the month; the year below it.
    assert (
        "EUR 383,438 +20,908 +5.8% in a month EUR 2,907,073 in 365 days, 53% of it from Loyalty"
        in page.text
    )


def test_the_year_claims_no_share_that_makes_no_sense(tmp_path: Path) -> None:
    # Returns of old orders can leave the loyal with more than everybody has.
    rows = [(*row[:11], "90" if row[4] == "LOYALTY" else "-10", "0") for row in SEGMENTS]
    serving = publish_segments(tmp_path / "serving", rows)
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    assert "EUR 60 in 365 days" in page.text
    assert "from Loyalty" not in page.text


def test_every_mark_is_labelled(serving: Path) -> None:
    summary = read_summary(serving)
    assert summary is not None
    specifications = chart_specifications(summary)
    assert set(specifications) == {
        "phase-customers",
        "phase-revenue",
        "buyer-segments",
        "segment-revenue",
        "other-segments",
    }
    labels = []
    for specification in specifications.values():
        for label in mark_labels(to_svg(specification)):
            assert re.search(r": (customers|net revenue in 365 days) .*\d", label), label
            labels.append(label)
    # Two charts of 4 phases, two of 12 segments, one of 2: a bar and a mark of the month before.
    assert len(labels) == 2 * (4 + 4 + 12 + 12 + 2)
    assert "New customer (Neukunde): customers 812, change +167 (+25.9%)" in labels
    assert "New customer (Neukunde), 30 November 2025: customers 645" in labels
    assert (
        "At risk (Gefährdet): net revenue in 365 days EUR 310,220, change +14,350 (+4.9%)" in labels
    )
    assert "At risk (Gefährdet), 30 November 2025: net revenue in 365 days EUR 295,870" in labels


def test_visible_marks_without_a_label_are_hidden_from_screen_readers(serving: Path) -> None:
    summary = read_summary(serving)
    assert summary is not None
    svg = ElementTree.fromstring(to_svg(chart_specifications(summary)["buyer-segments"]))
    texts = [group for group in svg.iter(f"{SVG}g") if "mark-text" in group.get("class", "")]
    values = [group for group in texts if "role-mark" in group.get("class", "")]
    assert values
    assert all(group.get("aria-hidden") == "true" for group in values)


def test_charts_have_a_place_each_and_a_table_beside(serving: Path, tmp_path: Path) -> None:
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    places = [element.attributes["data-chart"] for element in page.find("div", class_="chart")]
    assert sorted(places) == sorted(
        ["phase-customers", "phase-revenue", "buyer-segments", "segment-revenue", "other-segments"]
    )
    assert [caption.text for caption in page.find("figcaption")] == [
        *["Buyers", "Net revenue, last 365 days"] * 2,
        "Not bought yetOn a scale of its own",
    ]
    assert all(table[0] for table in page.tables)
    assert len(page.find("caption")) == len(page.tables)


def test_nothing_is_loaded_and_no_other_script_may_run(serving: Path, tmp_path: Path) -> None:
    html = build_site(serving, red_verdicts(), tmp_path / "site").read_text(encoding="utf-8")
    page = PageReader(html)
    for element in page.elements:
        assert element.tag not in ("link", "img", "iframe", "base", "object", "embed")
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            if name in ("src", "href", "action", "data", "poster", "srcset"):
                assert value.startswith("#"), element
    style = page.find("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = (
        element.attributes["content"]
        for element in page.find("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    code = re.findall(r"<script>(.*)</script>\s*</body>", html, re.DOTALL)[0]
    fingerprint = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{fingerprint}';" in policy
    assert "unsafe-eval" not in policy
    (data,) = page.find("script", id="charts")
    assert "http" not in data.text
    assert page.text.count("http") == 0


def test_a_blocked_run_says_what_is_missing_and_whose_numbers_these_are(
    serving: Path, tmp_path: Path
) -> None:
    page = read_page(
        build_site(
            serving,
            [
                replace(verdict, as_of_date=dt.date(2026, 1, 1), since=dt.date(2025, 12, 31))
                for verdict in red_verdicts()
            ],
            tmp_path / "site",
            check_names={"B1": "mix of the day"},
        )
    )
    (banner,) = page.find("section", class_="banner")
    assert banner.attributes["role"] == "alert"
    assert "The run of 1 January 2026 was not published" in banner.text
    assert (
        "B1 events · device_type (mix of the day) failed since 31 December 2025. "
        "30 % of mobile events missing" in banner.text
    )
    assert "412 seen, about 590 expected" in banner.text
    assert "the last good ones, of 31 December 2025" in banner.text


@pytest.mark.parametrize("gates_were_asked", [True, False])
def test_a_run_that_no_gate_stopped_says_why_and_how_far_it_came(
    serving: Path, tmp_path: Path, gates_were_asked: bool
) -> None:
    page = read_page(
        build_site(
            serving,
            red_verdicts() if not gates_were_asked else green_verdicts(),
            tmp_path / "site",
            stopped_by=["a rate is missing", "<b>a table is locked</b>"],
            gates_were_asked=gates_were_asked,
        )
    )
    (banner,) = page.find("section", class_="banner")
    assert "The last run stopped before its end" in banner.text
    assert "a rate is missing" in banner.text
    assert "<b>a table is locked</b>" in banner.text
    # What a gate said before is no reason of this stop.
    assert "mobile" not in banner.text
    assert "the last good ones, of 31 December 2025" in banner.text
    assert ("did not come as far as the gates" in page.text) is not gates_were_asked
    assert "list_price" not in banner.text
    assert len(table_of(page, "Segment")) == 1 + 5 + 14


def test_the_state_of_each_gate_is_shown_worst_first(serving: Path, tmp_path: Path) -> None:
    page = read_page(build_site(serving, red_verdicts(), tmp_path / "site"))
    open_points, passed, board = (table for table in page.tables if table[0][0] == "Check")
    assert [row[:3] for row in open_points[1:]] == [
        ["✕ B1 events · device_type", "failed", "31.4 against 7.6"],
        ["! C1 products · list_price", "warning", "0.981 against 0.995"],
        ["? F2 messages", "not evaluated", NONE],
    ]
    assert len(passed) == 1 + 13
    assert {row[1] for row in passed[1:]} == {"passed"}
    assert [element.text for element in page.find("summary")] == ["13 passed checks"]
    assert "Of 16 checks, 1 failed, 1 gave a warning, 1 had too little" in page.text
    assert board[0] == ["Check", "orders", "events", "messages", "products"]
    assert board[1] == ["B1", "no such check", "✕failed", "no such check", "no such check"]


def test_the_same_check_of_two_sources_is_told_apart(serving: Path, tmp_path: Path) -> None:
    verdicts = [
        made_verdict("F1", "orders", source_system=source, status="failed", since=since)
        for source, since in (("shop", dt.date(2025, 12, 30)), ("cdnow", dt.date(2025, 12, 31)))
    ]
    page = read_page(build_site(serving, verdicts, tmp_path / "site"))
    (gates,) = (table for table in page.tables if table[0][:2] == ["Check", "State"])
    assert [(row[0], row[3]) for row in gates[1:]] == [
        ("✕ F1 cdnow · orders", "31 December 2025"),
        ("✕ F1 shop · orders", "30 December 2025"),
    ]
    # A feed that nobody gives is no second source.
    one = build_board([verdicts[0], made_verdict("F1", "events", source_system="")])
    assert {gate.name for gate in one.gates} == {"F1 orders", "F1 events"}


def test_a_few_passed_checks_stay_in_sight(serving: Path, tmp_path: Path) -> None:
    feeds = ("orders", "events", "messages", "products", "contacts", "consents")
    verdicts = [made_verdict("F1", feed) for feed in feeds]
    few = read_page(build_site(serving, verdicts[:5], tmp_path / "site"))
    assert few.find("details") == []
    assert [row[1] for row in few.tables[2][1:]] == ["passed"] * 5
    many = read_page(build_site(serving, verdicts, tmp_path / "site"))
    assert len(many.find("details")) == 1


def verdict_of(status: Status, severity: Severity = "block") -> Verdict:
    return made_verdict("F1", "orders", status=status, severity=severity)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ([], ""),
        ([verdict_of("passed")], "The only check passed."),
        ([verdict_of("passed")] * 1200, "All 1,200 checks passed."),
        (
            [verdict_of("passed")] * 33 + [verdict_of("not evaluated")] * 14,
            "All 33 checks that could be made passed; 14 had too little data to judge.",
        ),
        (
            [verdict_of("passed"), verdict_of("not evaluated")],
            "The only check that could be made passed; 1 had too little data to judge.",
        ),
        (
            [verdict_of("not evaluated")] * 2,
            "No check could be made: there was too little data to judge by.",
        ),
        ([verdict_of("failed")], "Of 1 check, 1 failed."),
        (
            [verdict_of("passed")] * 4
            + [verdict_of("errored"), verdict_of("failed"), verdict_of("failed", "warn")]
            + [verdict_of("not evaluated")] * 2,
            "Of 9 checks, 1 failed, 1 could not run, 1 gave a warning, "
            "2 had too little data to judge and 4 passed.",
        ),
    ],
)
def test_the_board_is_read_in_one_sentence(verdicts: list[Verdict], sentence: str) -> None:
    assert build_board(verdicts).reading == sentence


@pytest.mark.parametrize(
    ("verdict", "word", "blocks"),
    [
        (made_verdict("F1", "orders", status="failed", severity="block"), "failed", True),
        (made_verdict("F1", "orders", status="failed", severity="error"), "failed", True),
        (made_verdict("F1", "orders", status="failed", severity="warn"), "warning", False),
        (made_verdict("F1", "orders", status="errored", severity="warn"), "could not run", True),
        (made_verdict("F1", "orders", status="not evaluated"), "not evaluated", False),
        # What a later version may have recorded.
        (made_verdict("F1", "orders", status="new"), "could not run", True),  # type: ignore[arg-type]
    ],
)
def test_only_a_pass_reads_as_a_pass(
    serving: Path, tmp_path: Path, verdict: Verdict, word: str, blocks: bool
) -> None:
    page = read_page(build_site(serving, [verdict], tmp_path / "site"))
    assert table_of(page, "Segment")
    assert (page.find("section", class_="banner") != []) == blocks
    states = [row[1] for table in page.tables if table[0][0] == "Check" for row in table[1:]]
    assert word in states
    assert "passed" not in states


def test_without_any_check_the_page_does_not_say_that_all_is_well(
    serving: Path, tmp_path: Path
) -> None:
    page = read_page(build_site(serving, [], tmp_path / "site"))
    assert "No check has been run" in page.text
    assert "passed" not in page.text


def test_the_first_run_blocked_gives_a_page_without_numbers(tmp_path: Path) -> None:
    verdicts = [replace(verdict, as_of_date=None) for verdict in red_verdicts()]
    page = read_page(build_site(tmp_path / "nowhere", verdicts, tmp_path / "site"))
    assert page.unbalanced == []
    assert "Nothing has been published yet" in page.text
    assert "The last run was not published" in page.text
    assert "There are no earlier numbers to show" in page.text
    assert page.find("div", class_="chart") == []


@pytest.mark.parametrize(
    "rows", [[], [(*row[:7], 0, None, "0", None, "0", None) for row in SEGMENTS]]
)
def test_marts_without_customers_give_a_page_that_says_so(
    tmp_path: Path, rows: list[SegmentRow]
) -> None:
    serving = publish_segments(tmp_path / "serving", rows)
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    assert page.unbalanced == []
    assert "No customers yet" in page.text
    assert "up to 31 December 2025" in page.text
    assert page.find("script") == []


def test_the_first_month_claims_no_change(tmp_path: Path) -> None:
    rows = [(*row[:8], None, row[9], None, row[11], None) for row in SEGMENTS]
    serving = publish_segments(tmp_path / "serving", rows)
    page = read_page(build_site(serving, green_verdicts(), tmp_path / "site"))
    assert "compared with" not in page.text
    assert page.text.count("no earlier month") == 4
    assert {row[2] for row in table_of(page, "Phase")[1:]} == {NONE}
    summary = read_summary(serving)
    assert summary is not None
    labels = mark_labels(to_svg(chart_specifications(summary)["buyer-segments"]))
    assert len(labels) == 12
    assert not any("change" in label for label in labels)


def test_whatever_a_name_or_message_holds_stays_text(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><b>&amp;"
    rows = [(SEGMENTS[0]), ("S03", evil, evil, *SEGMENTS[2][3:])]
    serving = publish_segments(tmp_path / "serving", rows)
    verdict = made_verdict("B1", evil, evil, status="failed", message=evil)
    html = build_site(serving, [verdict], tmp_path / "site").read_text(encoding="utf-8")
    page = PageReader(html)
    assert page.unbalanced == []
    assert "<script>alert" not in html
    assert page.find("b") == []
    assert len(page.find("script")) == 2
    assert evil in page.find("section", class_="banner")[0].text


def test_a_publication_without_the_mart_is_named(serving: Path, tmp_path: Path) -> None:
    file = (serving / LINK).resolve()
    file.write_bytes(b"torn")
    with pytest.raises(SiteError, match="cannot be shown"):
        build_site(serving, [], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_page_is_replaced_at_one_stroke(serving: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    first = build_site(serving, green_verdicts(), site).read_bytes()
    assert build_site(serving, green_verdicts(), site).read_bytes() == first
    assert [entry.name for entry in site.iterdir()] == ["index.html"]
