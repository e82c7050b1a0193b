"""Numbers in words."""

import datetime as dt
from decimal import Decimal

import pytest

from stammkunde.site.numbers import (
    MINUS,
    NONE,
    change,
    count_text,
    date_text,
    money_text,
    share_text,
)


@pytest.mark.parametrize(
    ("now", "before", "base", "text", "direction"),
    [
        (1100, 1000, 1000, "+100 (+10.0%)", "up"),
        (0, 1000, 1000, f"{MINUS}1,000 ({MINUS}100.0%)", "down"),
        (31, 30, 30, "+1 (+3.3%)", "up"),
        (30, 29, 29, "+1", "up"),
        (5, 0, 0, "+5", "up"),
        (7, 7, 7, "±0", "flat"),
        (7, None, None, NONE, "unknown"),
        (Decimal("100.40"), Decimal("100.00"), 500, "±0", "flat"),
        (Decimal("-50"), Decimal("100"), 500, f"{MINUS}150", "down"),
        (Decimal("50"), Decimal("-100"), 500, "+150", "up"),
        (Decimal("12000.6"), Decimal("0.5"), 500, "+12,000 (+2,400,020.0%)", "up"),
    ],
)
def test_changes_show_their_sign_and_only_honest_percentages(
    now: Decimal | int,
    before: Decimal | int | None,
    base: int | None,
    text: str,
    direction: str,
) -> None:
    found = change(now, before, base)
    assert (found.text, found.direction) == (text, direction)


def test_numbers_and_days_in_words() -> None:
    assert count_text(1234567) == "1,234,567"
    assert money_text(Decimal("-1234.56"), "EUR") == f"EUR {MINUS}1,235"
    assert date_text(dt.date(2025, 3, 1)) == "1 March 2025"
    assert date_text(None) == "an unknown date"
    assert share_text(1, 3) == "33%"
    assert share_text(1, 0) == ""
