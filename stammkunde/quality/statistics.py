"""Reads the statistics that the gates judge: small tables, one row per check and subject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from stammkunde.quality.columns import (
    NAMED,
    LoadedFile,
    LostColumn,
    lost_columns,
    read_critical,
    read_loaded_files,
)


@dataclass(frozen=True)
class Statistic:
    """One row of ``quality.quality_statistics`` of the day under test.

    Attributes:
        check_id: check, for example ``F2``.
        source_system: source that gave the rows.
        feed: feed that was measured.
        subject: part of the feed; empty: all of it.
        statistic: None or NaN in an evaluated row is a fault of the check.
        effect: size of the effect; None where the check has none.
        sample_size: rows that the statistic rests on.
        not_evaluated_reason: None: the row is evaluated.
        detail: the finding as part of a sentence.
    """

    check_id: str
    source_system: str
    feed: str
    subject: str
    statistic: float | None
    effect: float | None
    sample_size: int | None
    not_evaluated_reason: str | None
    detail: str


@dataclass(frozen=True)
class Measurements:
    """Everything that the gates read from the warehouse.

    Attributes:
        as_of_date: day under test.
        statistics: one a check, source, feed and subject.
        feeds: (source, feed) of every enabled feed.
    """

    as_of_date: date
    statistics: list[Statistic]
    feeds: list[tuple[str, str]]


def read_measurements(warehouse: Path, as_of: date | None = None) -> Measurements:
    """Reads the statistics of a day.

    Args:
        warehouse: DuckDB file that dbt built; it must exist.
        as_of: day under test; default: the day of the last build.

    Returns:
        The statistics of the models, and the loader's account where a loader was used.

    Raises:
        FileNotFoundError: there is no warehouse.
        duckdb.Error: the file cannot be read, or a table is not there.
        LookupError: the models have no statistic for the day.
    """
    if not warehouse.exists():
        raise FileNotFoundError("there is no warehouse yet; build it first")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        day = as_of or _only_day(connection)
        rows = connection.execute(
            "select check_id, source_system, feed, subject, statistic, effect, sample_size, "
            "not_evaluated_reason, detail from quality.quality_statistics "
            "where as_of_date = ? order by all",
            [day],
        ).fetchall()
        if not rows:
            raise LookupError(f"there are no statistics for {day}; build models/quality first")
        feeds = connection.execute(
            "select source_system, feed from quality.quality_enabled_feeds order by all"
        ).fetchall()
        loaded = loader_statistics(connection)
        files = read_loaded_files(connection)
    statistics = [Statistic(*row) for row in rows]
    enabled = {(source, feed) for source, feed in feeds}
    statistics += [item for item in loaded if (item.source_system, item.feed) in enabled]
    statistics += column_statistics(files, sorted(enabled))
    return Measurements(day, statistics, sorted(enabled))


def loader_statistics(connection: duckdb.DuckDBPyConnection) -> list[Statistic]:
    """R4 from the files to raw: the loader's ledger held against the raw tables.

    Args:
        connection: open warehouse.

    Returns:
        One statistic per source and feed in the ledger, in rows that are nowhere or twice; none
        where raw tables were not filled by the loader.

    Raises:
        duckdb.Error: a raw table that the ledger names is not there.
    """
    known = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'raw' and table_name = '_files'"
    ).fetchall()
    if not known[0][0]:
        return []
    ledger = connection.execute(
        "select source, feed, coalesce(sum(rows_read), 0), coalesce(sum(rows_loaded), 0), "
        "coalesce(sum(rows_unreadable), 0), coalesce(sum(rows_erased), 0) "
        "from raw._files where status = 'loaded' group by all order by all"
    ).fetchall()
    statistics = []
    for source, feed, rows_read, rows_loaded, rows_unreadable, rows_erased in ledger:
        counted = connection.execute(
            f'select count(*) from raw."{source}__{feed}"'  # names come from the loader's contract
        ).fetchall()
        rows_in_raw = counted[0][0]
        missing = rows_read - rows_unreadable - rows_erased - rows_loaded
        statistics.append(
            Statistic(
                check_id="R4",
                source_system=source,
                feed=feed,
                subject="files to raw",
                statistic=float(abs(missing) + abs(rows_loaded - rows_in_raw)),
                effect=None,
                sample_size=int(rows_read),
                not_evaluated_reason=None if rows_read else "no file of the feed was loaded",
                detail=(
                    f"{rows_read:,} rows read from files: {rows_loaded:,} loaded, "
                    f"{rows_unreadable:,} unreadable and kept apart, "
                    f"{rows_erased:,} erased on request; "
                    f"{rows_in_raw:,} in the raw table"
                ),
            )
        )
    return statistics


def column_statistics(
    files: Mapping[tuple[str, str], Sequence[LoadedFile]], feeds: Sequence[tuple[str, str]]
) -> list[Statistic]:
    """C6 and C7: columns that the newest files lack and the files before them had.

    Args:
        files: loaded files by source and feed.
        feeds: (source, feed) of every enabled feed.

    Returns:
        Two statistics per enabled feed, in columns and files: C6 of the columns that seed
        ``critical_columns`` names, C7 of all others.
    """
    critical = read_critical()
    statistics = []
    for source, feed in feeds:
        own = files.get((source, feed), ())
        lost = lost_columns(own)
        grave = [each for each in lost if (source, feed, each.column) in critical]
        light = [each for each in lost if each not in grave]
        reason = "no files before to compare with" if len(own) < 2 else None
        for check, found in (("C6", grave), ("C7", light)):
            statistics.append(
                Statistic(
                    check_id=check,
                    source_system=source,
                    feed=feed,
                    subject="",
                    statistic=None if reason else float(len(found)),
                    effect=None,
                    sample_size=len(own),
                    not_evaluated_reason=reason,
                    detail=_columns_in_words(found),
                )
            )
    return statistics


def _columns_in_words(lost: Sequence[LostColumn]) -> str:
    if not lost:
        return "the newest files have the columns of those before"
    more = f"; and {len(lost) - NAMED:,} more" if len(lost) > NAMED else ""
    return "; ".join(str(each) for each in lost[:NAMED]) + more


def _only_day(connection: duckdb.DuckDBPyConnection) -> date:
    rows = connection.execute("select as_of_date from conformed.as_of").fetchall()
    if len(rows) != 1 or not isinstance(rows[0][0], date):
        raise LookupError("conformed.as_of does not hold exactly one day")
    return rows[0][0]
