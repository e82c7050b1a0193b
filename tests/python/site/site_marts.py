"""Published marts and verdicts made by hand, for the tests of the pages."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

from stammkunde.publish.serving import point_to, version_file
from stammkunde.quality import Verdict
from stammkunde.quality.rules import Severity
from stammkunde.quality.verdicts import Status

AS_OF = dt.date(2025, 12, 31)
VERSION = "20260101T040506000000Z"

# segment_id, name, German name, phase number, phase, German phase, lost stage,
# customers now and before, net revenue of 30 days now and before, of 365 days now and before
SegmentRow = tuple[
    str, str, str, int, str, str, str | None, int, int | None, str, str | None,
    str, str | None,
]  # fmt: skip

SEGMENTS: list[SegmentRow] = [
    ("S01", "Visitor", "Besucher", 1, "ACQUIRE", "Akquirieren", None, 31240, 30118,
     "0", "0", "0", "0"),
    ("S02", "Lead", "Interessent", 1, "ACQUIRE", "Akquirieren", None, 4102, 4350,
     "0", "0", "0", "0"),
    ("S03", "New customer", "Neukunde", 2, "ACTIVATE", "Aktivieren", None,
     812, 645, "48210.40", "39122.10", "61450.80", "50310.20"),
    ("S04", "Promising", "Vielversprechend", 2, "ACTIVATE", "Aktivieren", None,
     934, 910, "2140.00", "1875.50", "151300.00", "149020.60"),
    ("S05", "Potential loyalist", "Potenziell treu", 3, "GROW", "Ausbauen", None,
     1523, 1498, "88410.25", "91002.75", "402700.75", "398150.10"),
    ("S06", "Need attention", "Braucht Aufmerksamkeit", 3, "GROW", "Ausbauen", None,
     640, 702, "1204.00", "1510.00", "88300.40", "97640.00"),
    ("S07", "Loyal", "Treu", 4, "LOYALTY", "Treue", None, 1120, 1121,
     "101884.10", "97310.00", "640200.30", "622480.00"),
    ("S08", "Champion", "Champion", 4, "LOYALTY", "Treue", None,
     806, 771, "142001.90", "131400.00", "905310.60", "880020.00"),
    ("S09", "About to sleep", "Abwandernder Einmalkäufer", 5, "REACTIVATE", "Reaktivieren", "L1",
     1411, 1380, "0", "0", "250400.00", "262300.00"),
    ("S10", "At risk", "Gefährdet", 5, "REACTIVATE", "Reaktivieren", "L2",
     988, 940, "-412.30", "310.00", "310220.50", "295870.00"),
    ("S11", "Can't lose them", "Nicht verlieren", 5, "REACTIVATE", "Reaktivieren", "L3",
     214, 214, "0", "0", "98400.00", "99100.00"),
    ("S12", "Lost one-timer", "Verlorener Einmalkäufer", 5, "REACTIVATE", "Reaktivieren", "L4",
     2210, 2104, "0", "0", "-1210.40", "310.00"),
    ("S13", "Hibernating", "Eingeschlafen", 5, "REACTIVATE", "Reaktivieren", "L5",
     402, 398, "0", "0", "0", "-80.00"),
    ("S14", "Lost loyal", "Ehemals treu", 5, "REACTIVATE", "Reaktivieren", "L6",
     12, 9, "0", "0", "0", "0"),
]  # fmt: skip


def made_verdict(
    check_id: str,
    feed: str,
    subject: str = "",
    source_system: str = "shop",
    status: Status = "passed",
    severity: Severity = "error",
    as_of_date: dt.date = AS_OF,
    statistic: float | None = 0.0,
    threshold: float = 1.0,
    message: str = "",
    since: dt.date | None = None,
) -> Verdict:
    """A verdict as ``stammkunde.quality`` gives it."""
    return Verdict(
        check_id=check_id,
        source_system=source_system,
        feed=feed,
        subject=subject,
        status=status,
        severity=severity,
        as_of_date=as_of_date,
        statistic=statistic,
        threshold=threshold,
        effect=None,
        effect_threshold=None,
        sample_size=None,
        message=message,
        guards=feed,
        since=since,
    )


def publish_segments(
    serving: Path,
    rows: Sequence[SegmentRow] = SEGMENTS,
    version: str = VERSION,
) -> Path:
    """Write a published file with ``segment_summary`` and link it.

    As in the model, the day before always stands there; its figures are null where nobody was a
    customer by then.
    """
    assert len({row[8] is None for row in rows}) <= 1
    file = version_file(serving, version)
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(file) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts._publication as select
                $version as version, date '2025-12-31' as as_of_date,
                timestamp '2026-01-01 04:05:06' as published_at, 'run-1' as source_run
            """,
            {"version": version},
        )
        connection.execute(
            """
            create table marts.segment_summary (
                as_of_date date, previous_date date, segment_id varchar, segment_name varchar,
                segment_name_de varchar, phase_number integer, phase varchar,
                phase_name_de varchar, lost_stage varchar, customer_state varchar,
                customer_count bigint,
                previous_customer_count bigint, net_revenue_30d decimal(18, 4),
                previous_net_revenue_30d decimal(18, 4), net_revenue_365d decimal(18, 4),
                previous_net_revenue_365d decimal(18, 4), reporting_currency varchar
            )
            """
        )
        for row in rows:
            connection.execute(
                "insert into marts.segment_summary values "
                "(date '2025-12-31', date '2025-11-30', "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'EUR')",
                [
                    *row[:7],
                    {"S01": "visitor", "S02": "lead"}.get(row[0], "buyer"),
                    *row[7:9],
                    *(None if amount is None else Decimal(amount) for amount in row[9:]),
                ],
            )
    point_to(serving, version)
    return serving


def green_verdicts() -> list[Verdict]:
    """Every check passed, but one had too little to judge by."""
    feeds = ("orders", "events", "messages")
    passed = [made_verdict(check, feed) for check in ("R4", "R2", "C1", "F1") for feed in feeds]
    return [
        *passed,
        made_verdict("F2", "orders", statistic=0.4, threshold=3.5),
        made_verdict(
            "F2", "messages", status="not evaluated", statistic=None,
            message="3 earlier Wednesdays, 4 are needed",
        ),
        made_verdict("B1", "events", "device_type", statistic=1.2, threshold=7.6),
    ]  # fmt: skip


def red_verdicts() -> list[Verdict]:
    """The same, with 30 % of the mobile events missing, and a warning."""
    return [
        *green_verdicts()[:-1],
        made_verdict(
            "B1", "events", "device_type", status="failed", statistic=31.4, threshold=7.6,
            message="30 % of mobile events missing on 2025-12-31 (412 seen, about 590 expected "
            "from the last 28 days). Look at the tracker of the part that deviates and land its "
            "missing events again; published marts stay at 2025-12-30.",
        ),
        made_verdict(
            "C1", "products", "list_price", status="failed", severity="warn", statistic=0.981,
            threshold=0.995, message="1.9 % of list_price not filled (19 of 1,000)",
        ),
    ]  # fmt: skip
