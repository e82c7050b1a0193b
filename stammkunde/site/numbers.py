"""Numbers, dates and changes as a reader wants them: pure functions from values to text."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# Below this many customers in the earlier month a percentage says more than is known: one customer
# of 30 is already 3 %. Klaviyo and others hide theirs below similar sizes.
SMALLEST_BASE = 30

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Change:
    """A change against the previous month.

    Attributes:
        amount: the difference with its sign; ``NONE`` if there is no earlier figure.
        percent: the difference in percent of the earlier figure; empty where that would mislead.
        direction: ``up``, ``down``, ``flat`` or ``unknown``; no judgement, since a growing segment
            may be a bad one.
    """

    amount: str
    percent: str
    direction: str

    @property
    def text(self) -> str:
        """Amount and percent in one."""
        return f"{self.amount} ({self.percent})" if self.percent else self.amount


def count_text(value: int) -> str:
    """A count with thousands separators: ``12,345``."""
    return _signed(f"{abs(value):,}", value < 0)


def money_text(value: Decimal, currency: str = "") -> str:
    """An amount in whole units, with its currency if given: ``EUR 12,345``."""
    return f"{currency} {count_text(_whole(value))}".strip()


def share_text(part: Decimal | int, whole: Decimal | int) -> str:
    """A part of a whole in percent: ``12%``; empty where the whole is not positive."""
    if whole <= 0:
        return ""
    return f"{Decimal(part) / Decimal(whole):.0%}".replace("-", MINUS)


def date_text(day: dt.date | None) -> str:
    """A day in words, whatever the locale: ``31 December 2025``."""
    return f"{day.day} {day:%B} {day.year}" if day else "an unknown date"


def change(now: Decimal | int, before: Decimal | int | None, base: int | None) -> Change:
    """The change of a figure.

    Args:
        now: the figure.
        before: the earlier figure; None if there is none.
        base: customers behind the earlier figure; below ``SMALLEST_BASE`` no percent is given.

    Returns:
        The change in whole units; the percentage only of a positive earlier figure and where the
        figure has not turned negative, where it would tell nobody anything.
    """
    if before is None:
        return Change(amount=NONE, percent="", direction="unknown")
    difference = Decimal(now) - Decimal(before)
    whole = _whole(difference)
    if whole == 0:
        return Change(amount="±0", percent="", direction="flat")
    percent = ""
    if before > 0 and now >= 0 and base is not None and base >= SMALLEST_BASE:
        ratio = difference / Decimal(before) * 100
        percent = f"{_plus(ratio > 0)}{abs(ratio):,.1f}%"
    return Change(
        amount=f"{_plus(whole > 0)}{abs(whole):,}",
        percent=percent,
        direction="up" if whole > 0 else "down",
    )


def _plus(is_positive: bool) -> str:
    return "+" if is_positive else MINUS


def _signed(digits: str, is_negative: bool) -> str:
    return f"{MINUS}{digits}" if is_negative else digits


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
