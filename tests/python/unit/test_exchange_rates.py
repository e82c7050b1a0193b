"""Seed exchange_rates out of a file of reference rates of the European Central Bank."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stammkunde import exchange_rates
from stammkunde.cli import app
from stammkunde.exchange_rates import (
    SEED,
    ExchangeRateError,
    Interval,
    Rate,
    read_reference_rates,
    read_seed,
    refresh,
)

HISTORY = """\
Date,USD,SEK,RUB,
2025-03-14,1.0889,11.0345,N/A,
2025-03-03,1.0465,11.0255,N/A,
2025-02-28,1.0411,11.1840,,
2025-02-03,1.0274,11.4790,101.5,

2025-01-31,1.0393,11.4845,101.25,
"""
BEFORE = """\
currency,valid_from,units_per_eur
EUR,1999-01-01,1
SEK,2024-01-01,11.4
SEK,2025-02-15,99
XAU,2025-01-01,0.0004
"""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """A seed with a currency of the user's own."""
    file = tmp_path / "exchange_rates.csv"
    file.write_text(BEFORE, encoding="utf-8")
    return file


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A file of the bank's."""
    file = tmp_path / "eurofxref-hist.csv"
    file.write_text(HISTORY, encoding="utf-8")
    return file


def _rows(seed: Path, currency: str) -> list[tuple[str, str]]:
    rates = read_seed(seed)
    return [
        (str(rate.valid_from), rate.units_per_eur) for rate in rates if rate.currency == currency
    ]


def test_a_month_has_the_last_rate_before_it_began(seed: Path, history: Path) -> None:
    assert refresh(history, Interval.MONTH, seed) == (3, date(2025, 3, 14))
    assert _rows(seed, "USD") == [
        ("2025-01-31", "1.0393"),
        ("2025-02-01", "1.0393"),
        ("2025-03-01", "1.0411"),
    ]


def test_a_currency_that_is_no_longer_quoted_gets_no_rate_of_long_ago(
    seed: Path, history: Path
) -> None:
    refresh(history, Interval.MONTH, seed)
    assert _rows(seed, "RUB") == [("2025-01-31", "101.25"), ("2025-02-01", "101.25")]


def test_by_day_every_published_rate_is_a_row(seed: Path, history: Path) -> None:
    refresh(history, Interval.DAY, seed)
    assert [day for day, _ in _rows(seed, "USD")] == [
        "2025-01-31",
        "2025-02-03",
        "2025-02-28",
        "2025-03-03",
        "2025-03-14",
    ]


def test_rows_that_the_file_does_not_know_stay(seed: Path, history: Path) -> None:
    refresh(history, Interval.MONTH, seed)
    assert _rows(seed, "XAU") == [("2025-01-01", "0.0004")]
    assert _rows(seed, "EUR") == [("1999-01-01", "1")]
    assert _rows(seed, "SEK")[:2] == [("2024-01-01", "11.4"), ("2025-01-31", "11.4845")]
    assert ("2025-02-15", "99") not in _rows(seed, "SEK")
    once = seed.read_text(encoding="utf-8")
    refresh(history, Interval.MONTH, seed)
    assert seed.read_text(encoding="utf-8") == once


def test_the_zip_is_read_like_the_file_inside(history: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "eurofxref-hist.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(history, history.name)
    assert read_reference_rates(zipped) == read_reference_rates(history)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("currency,rate\nUSD,1.1\n", "begins with 'currency'"),
        ("", "begins with ''"),
        ("Date,USD\n14.03.2025,1.08\n", "line 2: no day like 2025-12-31"),
        ("Date,USD\n2025-03-14,-1.08\n", "line 2, USD: '-1.08' is no rate"),
        ("Date,USD\n2025-03-14,NaN\n", "line 2, USD: 'NaN' is no rate"),
        ("Date,USD\n", "holds no rate"),
    ],
)
def test_another_layout_is_refused_and_the_seed_stays(
    seed: Path, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExchangeRateError, match=r"other[.]csv") as refused:
        refresh(file, Interval.MONTH, seed)
    assert said in str(refused.value)
    assert seed.read_text(encoding="utf-8") == BEFORE


def test_the_command_says_what_the_seed_holds(
    seed: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_rates, "SEED", seed)
    done = CliRunner().invoke(app, ["exchange-rates", str(history)])
    assert (done.exit_code, "3 currencies" in done.output) == (0, True)
    assert _rows(seed, "USD")
    missing = CliRunner().invoke(app, ["exchange-rates", str(history.with_name("none.zip"))])
    assert (missing.exit_code, "cannot be read" in " ".join(missing.output.split())) == (2, True)


def test_the_shipped_seed_holds_the_banks_currencies() -> None:
    rates = read_seed(SEED)
    assert rates == sorted(rates)
    assert Rate("EUR", date(1999, 1, 1), "1") in rates
    assert {"CHF", "GBP", "USD", "SEK", "PLN", "DKK", "NOK", "CZK", "HUF", "CAD", "AUD", "JPY"} <= {
        rate.currency for rate in rates
    }
