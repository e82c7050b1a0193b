"""The day that the schedule judges: the calendar's, not the newest row's."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster_dbt import DbtProject

from orchestration.defs import ingest
from orchestration.defs.daily import daily_schedule
from orchestration.defs.day import DAY, due_day, settings_of_run
from stammkunde import privacy
from stammkunde.engines import DuckDB
from stammkunde.paths import Home
from stammkunde.settings import Settings, from_environment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("scheduled_at", "zone", "days", "due"),
    [
        (datetime(2026, 11, 15, 5, 30, tzinfo=BERLIN), "UTC", 1, date(2026, 11, 14)),
        (datetime(2026, 11, 15, 5, 30, tzinfo=BERLIN), "UTC", 2, date(2026, 11, 13)),
        # 20:30 of the day before: the 14th is not over yet
        (
            datetime(2026, 11, 15, 5, 30, tzinfo=BERLIN),
            "America/Los_Angeles",
            1,
            date(2026, 11, 13),
        ),
        # the night in which the clocks change, and the new year
        (datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN), "Europe/Berlin", 1, date(2026, 10, 24)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "Asia/Tokyo", 1, date(2025, 12, 31)),
    ],
)
def test_a_day_is_due_when_it_has_ended_in_the_shop(
    scheduled_at: datetime, zone: str, days: int, due: date
) -> None:
    assert due_day(scheduled_at, {"shop_time_zone": zone, "due_after_days": days}) == due


def test_the_schedule_asks_for_the_day_before_whatever_the_data_hold() -> None:
    settings = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 11, 15, 5, 30, tzinfo=BERLIN)
    )
    data = daily_schedule(settings).evaluate_tick(context)
    (request,) = cast("list[dg.RunRequest]", data.run_requests)
    assert request.tags[DAY] == "2026-11-14"


def test_the_tag_of_a_run_goes_before_the_environment() -> None:
    pinned = from_environment({"STAMMKUNDE_AS_OF": "2025-06-30"})
    assert settings_of_run(pinned, {}) is pinned
    chosen = settings_of_run(pinned, {DAY: "2026-11-14"})
    assert chosen.dbt_vars()["as_of_date"] == "2026-11-14"


@pytest.mark.parametrize("tags", [{}, {DAY: "2026-11-14"}])
def test_a_run_works_for_the_day_of_its_tag(
    tags: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    (home.landing / "shop").mkdir(parents=True)
    settings = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    feed = {"source_name": "shop", "name": "contacts", "description": ""}
    monkeypatch.setattr(ingest, "manifest_of", lambda _: {"sources": {"contacts": feed}})
    asked: list[date | None] = []

    carry_out = privacy.carry_out

    def spy(place: Home, settings: Settings) -> object:
        asked.append(settings.as_of)
        return carry_out(place, settings)

    monkeypatch.setattr(privacy, "carry_out", spy)
    assets = ingest.raw_assets(cast("DbtProject", None), settings, home, DuckDB())
    assert dg.materialize(assets, tags=tags).success
    assert asked == [date(2026, 11, 14) if tags else None]
