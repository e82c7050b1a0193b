"""When things happen: the week, the year and the hour bend the time of every process.

A process runs in *operational* time, in which nothing but chance varies. ``Clock`` maps it to the
calendar and back. The map is monotone, so that a BG/NBD process stays a BG/NBD process: only its
clock runs faster before Christmas and slower at night.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from simulator.settings import DAY, FloatArray, IntArray

# Monday to Sunday. Visits swing little; orders peak on Sunday and Monday.
_WEEKDAY = np.array([1.06, 1.00, 0.98, 0.99, 0.95, 0.94, 1.08])
# Hours of the day in UTC: quiet nights, a first peak at noon, the main one in the evening.
_HOUR = np.array(
    [12, 8, 5, 4, 5, 10, 22, 38, 52, 60, 64, 68, 70, 66, 62, 62, 66, 74, 84, 92, 88, 66, 42, 24],
    dtype=np.float64,
)
# Day of the year and factor on orders; linear between, the same on 1 January and 31 December.
_SEASON_DAYS = [1, 20, 45, 110, 200, 235, 300, 322, 333, 345, 352, 357, 359, 361, 366]
_SEASON = [1.05, 1.08, 0.93, 1.0, 0.95, 0.97, 1.0, 1.05, 1.3, 1.32, 1.2, 0.95, 0.8, 1.0, 1.05]


@dataclass(frozen=True)
class Clock:
    """A monotone map between operational seconds and seconds since the history began.

    Attributes:
        calendar: grid of calendar seconds, one an hour.
        operational: the same instants in operational seconds.
    """

    calendar: FloatArray
    operational: FloatArray

    def to_calendar(self, seconds: FloatArray) -> FloatArray:
        """Operational to calendar seconds. Shape (n,) to (n,)."""
        return np.interp(seconds, self.operational, self.calendar)

    def to_operational(self, seconds: FloatArray) -> FloatArray:
        """Calendar to operational seconds. Shape (n,) to (n,)."""
        return np.interp(seconds, self.calendar, self.operational)


def weekdays(start: dt.date, days: int) -> IntArray:
    """Day of the week of each day, Monday 0. Shape (days,)."""
    return np.remainder(start.weekday() + np.arange(days, dtype=np.int64), 7)


def year_days(start: dt.date, days: int) -> IntArray:
    """Day of the year of each day, 1 to 366. Shape (days,)."""
    dates = np.datetime64(start) + np.arange(days)
    years = dates.astype("datetime64[Y]").astype("datetime64[D]")
    number: IntArray = (dates - years + 1).astype(np.int64)
    return number


def order_weights(start: dt.date, days: int) -> FloatArray:
    """How busy each day is for orders, 1 on an average day. Shape (days,)."""
    season = np.interp(year_days(start, days), _SEASON_DAYS, _SEASON)
    weights: FloatArray = season * _WEEKDAY[weekdays(start, days)]
    return weights


def visit_weights(start: dt.date, days: int) -> FloatArray:
    """How busy each day is for visits. People look all year; before Christmas they buy."""
    weights: FloatArray = np.sqrt(_WEEKDAY)[weekdays(start, days)]
    return weights


def arrival_weights(start: dt.date, days: int) -> FloatArray:
    """How many people come for the first time on each day.

    Falls slowly over the history, while the base of known people grows, so that the volume of a
    day grows only a little in its second half.
    """
    growth = 1.25 - 0.4 * np.arange(days) / days
    return growth * visit_weights(start, days)


def clock(weights: FloatArray) -> Clock:
    """The clock of a day profile; one operational day is a day of weight 1. Shape (days,)."""
    hours = (weights[:, None] * (_HOUR / _HOUR.mean())).ravel() * (DAY / 24)
    operational = np.concatenate([[0.0], np.cumsum(hours)])
    return Clock(np.arange(operational.size, dtype=np.float64) * (DAY / 24), operational)


def time_of_day(quantiles: FloatArray) -> FloatArray:
    """Seconds of the day at the quantiles of the hour profile. Shape (n,) to (n,)."""
    share = np.concatenate([[0.0], np.cumsum(_HOUR) / _HOUR.sum()])
    return np.interp(quantiles, share, np.arange(25.0) * (DAY / 24))
