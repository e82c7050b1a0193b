"""Verdicts of the gates, and their record in the warehouse."""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from stammkunde.quality.rules import Severity

Status = Literal["passed", "failed", "not evaluated", "errored"]

TABLE = "quality.gate_verdicts"


@dataclass(frozen=True)
class Verdict:
    """What one check found for one source and feed.

    Attributes:
        check_id: check, for example ``B1``.
        source_system: source that gave the rows; empty where no source gives the feed.
        feed: conformed feed that was checked.
        subject: part of the feed, for example a column; empty: all of it.
        status: ``not evaluated`` (too few rows, no baseline) is no pass; ``errored`` means that the
            check itself could not be made.
        severity: ``block``, ``error`` or ``warn``.
        as_of_date: day under test; None where it is not known.
        statistic: what was held against the threshold, in the unit of the check.
        threshold: limit of the statistic.
        effect: size of the effect; None where the check has none.
        effect_threshold: least effect with which a breach counts.
        sample_size: rows that the statistic rests on.
        message: what is missing, how much, and what to do; without personal data.
        guards: conformed feed whose dependants the check guards.
        since: first day of the unbroken run of this status; only in what `latest_verdicts` gives.
        run_id: the run that recorded it; only there as well.
    """

    check_id: str
    source_system: str
    feed: str
    subject: str
    status: Status
    severity: Severity
    as_of_date: date | None
    statistic: float | None
    threshold: float
    effect: float | None
    effect_threshold: float | None
    sample_size: int | None
    message: str
    guards: str
    since: date | None = None
    run_id: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether publishing must wait: a failed gate, or one that could not be asked."""
        return self.status == "errored" or (self.status == "failed" and self.severity != "warn")


_COLUMNS = {
    "check_id": "varchar",
    "source_system": "varchar",
    "feed": "varchar",
    "subject": "varchar",
    "status": "varchar",
    "severity": "varchar",
    "as_of_date": "date",
    "statistic": "double",
    "threshold": "double",
    "effect": "double",
    "effect_threshold": "double",
    "sample_size": "bigint",
    "message": "varchar",
    "guards": "varchar",
}


def record(
    warehouse: Path,
    verdicts: list[Verdict],
    run_id: str,
    evaluated_at: datetime | None = None,
) -> None:
    """Appends the verdicts of a run to the warehouse; a run recorded twice stands there once.

    Args:
        warehouse: DuckDB file; no other process may have it open.
        verdicts: what `evaluate` returned.
        run_id: name of the run.
        evaluated_at: when, with a time zone; default: now.

    Raises:
        duckdb.Error: the file cannot be opened or written.
    """
    moment = (evaluated_at or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    rows = [(run_id, moment, *astuple(verdict)[: len(_COLUMNS)]) for verdict in verdicts]
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    marks = ", ".join("?" * (len(_COLUMNS) + 2))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        connection.execute("create schema if not exists quality")
        connection.execute(
            f"create table if not exists {TABLE} "
            f"(run_id varchar, evaluated_at timestamp, {columns})"
        )
        connection.execute(f"delete from {TABLE} where run_id = ?", [run_id])
        if rows:
            connection.executemany(f"insert into {TABLE} values ({marks})", rows)
        connection.execute("commit")


def latest_verdicts(warehouse: Path) -> list[Verdict]:
    """The verdicts of the newest recorded run, each with the day since which it stands.

    Args:
        warehouse: DuckDB file.

    Returns:
        Worst first: errored, failed, not evaluated, passed; empty where no run was recorded.

    Raises:
        duckdb.Error: the file is there but cannot be read.
    """
    if not warehouse.exists():
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        known = connection.execute(
            "select count(*) from information_schema.tables "
            "where table_schema = 'quality' and table_name = 'gate_verdicts'"
        ).fetchall()
        if not known[0][0]:
            return []
        rows = connection.execute(
            f"""
            with latest as (
                select * from {TABLE}
                where run_id = (
                    select run_id from {TABLE} order by evaluated_at desc, run_id desc limit 1
                )
            ),
            changed as (
                select
                    latest.check_id,
                    latest.source_system,
                    latest.feed,
                    latest.subject,
                    max(earlier.evaluated_at) as changed_at
                from latest
                left join {TABLE} as earlier
                    on latest.check_id = earlier.check_id
                    and latest.source_system = earlier.source_system
                    and latest.feed = earlier.feed
                    and latest.subject = earlier.subject
                    and latest.status <> earlier.status
                group by all
            )
            select
                {", ".join(f"latest.{name}" for name in _COLUMNS)},
                (
                    select min(earlier.as_of_date) from {TABLE} as earlier
                    where earlier.check_id = latest.check_id
                        and earlier.source_system = latest.source_system
                        and earlier.feed = latest.feed
                        and earlier.subject = latest.subject
                        and earlier.evaluated_at
                            > coalesce(changed.changed_at, timestamp '-infinity')
                ) as since,
                latest.run_id
            from latest
            inner join changed using (check_id, source_system, feed, subject)
            order by
                list_position(['errored', 'failed', 'not evaluated', 'passed'], latest.status),
                list_position(['block', 'error', 'warn'], latest.severity),
                latest.check_id, latest.feed, latest.source_system, latest.subject
            """
        ).fetchall()
    names = [field.name for field in fields(Verdict)]
    return [Verdict(**dict(zip(names, row, strict=True))) for row in rows]
