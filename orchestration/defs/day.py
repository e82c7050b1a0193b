"""The day that a scheduled run is due for: data that no longer come must not choose it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from stammkunde.settings import Settings, project_vars

# Tag of a run: the day that it describes, like 2025-12-31. It goes before STAMMKUNDE_AS_OF.
DAY = "stammkunde/as_of"


def due_day(scheduled_at: datetime, variables: Mapping[str, Any]) -> date:
    """The day that a run is due for.

    Args:
        scheduled_at: when the schedule starts it, with a time zone.
        variables: vars of the dbt project: ``shop_time_zone`` says where days end, and
            ``due_after_days`` how many days after a day its files are all there.
    """
    zone = ZoneInfo(variables.get("shop_time_zone") or "UTC")
    return scheduled_at.astimezone(zone).date() - timedelta(days=variables["due_after_days"])


def due_run(context: dg.ScheduleEvaluationContext, settings: Settings) -> dg.RunRequest:
    """The run of a schedule, for the day that is due."""
    variables = {**project_vars(), **settings.source_vars}
    day = due_day(context.scheduled_execution_time, variables)
    return dg.RunRequest(tags={DAY: day.isoformat()})


def settings_of_run(settings: Settings, tags: Mapping[str, str]) -> Settings:
    """The settings of a run: those of the process, on the day that the run's tag names, if any."""
    return replace(settings, as_of=date.fromisoformat(tags[DAY])) if DAY in tags else settings
