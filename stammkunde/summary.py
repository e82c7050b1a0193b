"""What a run came to, for the person who started it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stammkunde.engines import Engine
from stammkunde.paths import Home
from stammkunde.publish import NothingPublishedError, PublishError, open_marts
from stammkunde.publish.serving import LINK
from stammkunde.settings import Settings
from stammkunde.unchanged import LastRun

FEED_COUNTS = """
    select
        feed,
        sum(rows_in) as rows_read,
        sum(rows_accepted) as rows_accepted,
        sum(rows_superseded) as rows_superseded,
        sum(rows_set_aside) as rows_set_aside,
        sum(rows_repeated) as rows_repeated,
        sum(rows_rejected) as rows_rejected
    from staging.stg_{source}__row_counts
    group by feed
    order by feed
"""

EMPTIED_VALUES = """
    select feed, reason, sum(row_count) as row_count
    from staging.stg_{source}__rejection_counts
    where starts_with(reason, 'emptied:')
    group by feed, reason
    order by feed, reason
"""

EMPTIED_BECAUSE = {
    "type": "cannot be read",
    "value": "is no allowed value",
    "placeholder": "is a placeholder",
    "future": "is later than its file",
    "contradictory": "has contradictory decimals",
}

WARNINGS_SHOWN = 20

NEWEST_DAY = "select as_of_date from conformed.as_of"

SEGMENTS = """
    select segment_id, segment_name, phase, customer_count, as_of_date
    from marts.segment_summary
    order by segment_id
"""


def summarise(
    home: Home,
    settings: Settings,
    engine: Engine,
    started_at: datetime,
    warnings: Sequence[str],
    reasons: Sequence[str],
) -> RenderableType:
    """Rows per feed, customers per segment, where the marts and the page are, and what is wrong.

    Args:
        home: the home of the run.
        settings: what was run.
        engine: what it ran on.
        started_at: when, UTC without offset, as in the loader's ledger.
        warnings: what the run went on in spite of.
        reasons: what stopped the run; empty after a good one.
    """
    parts = _collected(engine.record(home), settings, engine, started_at)
    try:
        parts += [_segments(engine.serving(home))]
    except NothingPublishedError:
        parts += [Text("Nothing has been published yet.")]
    except (PublishError, duckdb.Error) as error:
        parts += [Text(f"The published marts cannot be read: {_first_line(error)}", style="red")]
    parts += _published(home)
    parts += _warnings(home, warnings)
    parts += [Text(f"✗ {reason}", style="red") for reason in reasons]
    if reasons:
        parts += [Text("The run stopped.", style="bold red")]
    return Group(*parts)


def nothing_new(home: Home, last: LastRun) -> RenderableType:
    """That nothing was built, since the last good run found the same, and where its marts are.

    Args:
        home: the home of the run.
        last: the last good run.
    """
    parts: list[RenderableType] = [
        Text(
            f"Nothing new since the run of {last.ended_at:%Y-%m-%d %H:%M} UTC: no landing file, "
            "setting or line of code has changed, so nothing is built. FORCE=1 (--force) builds it "
            "anew."
        ),
        *_published(home),
    ]
    return Group(*parts, *_warnings(home, last.warnings))


def _published(home: Home) -> list[RenderableType]:
    """Where the marts and the page are."""
    page = home.site / "index.html"
    parts: list[RenderableType] = []
    if (home.serving / LINK).exists():
        parts += [Text(f"Published marts  {home.serving / LINK}")]
    if page.exists():
        parts += [Text(f"Page             {page}")]
    return parts


def _warnings(home: Home, warnings: Sequence[str]) -> list[RenderableType]:
    """The first warnings, and where the others are."""
    parts: list[RenderableType] = [
        Text(f"! {warning}", style="yellow") for warning in warnings[:WARNINGS_SHOWN]
    ]
    if len(warnings) > WARNINGS_SHOWN:
        parts += [Text(f"! and {len(warnings) - WARNINGS_SHOWN:,} more, in {home.run_log}")]
    return parts


def _collected(
    file: Path, settings: Settings, engine: Engine, started_at: datetime
) -> list[RenderableType]:
    """What the warehouse holds, as far as the runs came."""
    if not file.exists():
        missing = "Nothing has been loaded yet." if engine.loads_files else "Nothing is built yet."
        return [Text(missing)]
    try:
        with duckdb.connect(str(file), read_only=True) as warehouse:
            if not engine.loads_files:
                return [
                    _feeds(warehouse, settings, has_ledger=False),
                    *_emptied(warehouse, settings),
                ]
            if not _has_ledger(warehouse):
                return [Text("Nothing has been loaded yet.")]
            return [
                _feeds(warehouse, settings, has_ledger=True),
                *_emptied(warehouse, settings),
                *_newest_day(warehouse, settings),
                _newly_loaded(warehouse, started_at),
                *_newly_erased(warehouse, started_at),
            ]
    except duckdb.Error as error:
        return [Text(f"The warehouse cannot be read: {_first_line(error)}", style="red")]


def _has_ledger(warehouse: duckdb.DuckDBPyConnection) -> bool:
    found = warehouse.execute(
        "select 1 from information_schema.tables"
        " where table_schema = 'raw' and table_name = '_files'"
    ).fetchall()
    return bool(found)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _feeds(
    warehouse: duckdb.DuckDBPyConnection, settings: Settings, *, has_ledger: bool
) -> RenderableType:
    """Rows per feed since the first load, by what became of them.

    Older versions of a record give way to newer ones; rows set aside are no part of the feed, such
    as fees among order lines; rows that another file holds as well came again and count once;
    rejected and unread ones are kept with their reasons.
    """
    title = f"Rows per feed of {', '.join(settings.sources)}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("feed", no_wrap=True)
    for heading in ("read", "accepted", "older", "aside", "again", "rejected", "unread"):
        table.add_column(heading, justify="right")
    for source in settings.sources:
        unreadable = _unreadable(warehouse, source) if has_ledger else {}
        try:
            rows = warehouse.execute(FEED_COUNTS.format(source=source)).fetchall()
        except duckdb.CatalogException:
            return Text("Staging was not reached.")
        for feed, *counts in rows:
            lost = unreadable.get(feed, 0)
            name = feed if len(settings.sources) == 1 else f"{source} {feed}"
            numbers = [counts[0] + lost, *counts[1:], lost]
            table.add_row(name, *(f"{number:,}" for number in numbers))
    return table


def _emptied(warehouse: duckdb.DuckDBPyConnection, settings: Settings) -> list[RenderableType]:
    """How many optional values were emptied, by column; the rows count without them."""
    lines = []
    for source in settings.sources:
        try:
            rows = warehouse.execute(EMPTIED_VALUES.format(source=source)).fetchall()
        except duckdb.CatalogException:
            continue  # staging was not reached
        for feed, reason, count in rows:
            kind, column = reason.removeprefix("emptied:").split(":")
            why = EMPTIED_BECAUSE.get(kind, kind)
            lines += [f"{source} {feed}: {column} {why} in {count:,} rows, which count without it"]
    return [Text(f"! {line}", style="yellow") for line in lines]


def _unreadable(warehouse: duckdb.DuckDBPyConnection, source: str) -> dict[str, int]:
    """Rows by feed that the loader could not read."""
    rows = warehouse.execute(
        "select feed, coalesce(sum(rows_unreadable), 0) from raw._files"
        " where source = ? group by all",
        [source],
    ).fetchall()
    return dict(rows)


def _newly_loaded(warehouse: duckdb.DuckDBPyConnection, started_at: datetime) -> RenderableType:
    """Files and rows that this run was the first to read."""
    files, rows = warehouse.execute(
        "select count(*), coalesce(sum(rows_read), 0) from raw._files"
        " where status = 'loaded' and loaded_at >= ?",
        [started_at],
    ).fetchall()[0]
    return Text(f"New in this run: {files:,} files, {rows:,} rows\n")


def _newest_day(warehouse: duckdb.DuckDBPyConnection, settings: Settings) -> list[RenderableType]:
    """Of which day the run tells, where nobody named one: old data pass for fresh ones."""
    if settings.as_of:
        return []
    try:
        days = warehouse.execute(NEWEST_DAY).fetchall()
    except duckdb.CatalogException:
        return []  # no run came so far
    text = "the newest day of the data, is the day described and judged; AS_OF names another"
    return [Text(f"{day}, {text}") for (day,) in days]


def _newly_erased(
    warehouse: duckdb.DuckDBPyConnection, started_at: datetime
) -> list[RenderableType]:
    """What this run took out since people asked to be erased; nothing where it was nothing."""
    try:
        deleted, anonymised = warehouse.execute(
            "select coalesce(sum(rows_deleted), 0), coalesce(sum(rows_anonymised), 0)"
            " from raw._purges where purged_at >= ?",
            [started_at],
        ).fetchall()[0]
    except duckdb.CatalogException:
        return []  # nobody was ever erased
    if not deleted and not anonymised:
        return []
    return [
        Text(f"Erased on request: {deleted:,} rows deleted, {anonymised:,} rows made anonymous\n")
    ]


def _segments(serving: Path) -> RenderableType:
    """Customers per segment, as published."""
    with open_marts(serving) as marts:
        rows = marts.execute(SEGMENTS).fetchall()
    as_of_date = rows[0][-1] if rows else None
    total = sum(row[3] for row in rows)
    table = Table(
        "segment",
        "",
        "phase",
        title=f"{total:,} customers on {as_of_date}",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("customers", justify="right")
    for segment_id, name, phase, count, _ in rows:
        table.add_row(segment_id, name, phase, f"{count:,}")
    return table
