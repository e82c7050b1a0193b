"""Seed ``exchange_rates`` out of the euro reference rates of the European Central Bank.

The bank gives them as ``eurofxref-hist.zip`` (a table with a row for each of its working days and a
column for each currency, since 1999): https://www.ecb.europa.eu/stats/eurofxref. Nothing is fetched
here; the user gives the file.
"""

import csv
import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

from stammkunde.paths import PROJECT

SEED = PROJECT / "seeds/reference/exchange_rates.csv"
HEADER = ("currency", "valid_from", "units_per_eur")

# What the column of the seed holds: decimal(18,8).
_SMALLEST, _LARGEST = Decimal("0.00000001"), Decimal(10) ** 10
_NO_RATE = ("", "N/A")
# The bank rests for five days at most; an older rate is of a currency that it no longer quotes.
_QUOTED_WITHIN = timedelta(days=7)


class ExchangeRateError(Exception):
    """The file holds no reference rates in the bank's layout, or the seed cannot be read."""


class Interval(StrEnum):
    """How often the rate of a currency changes in the seed."""

    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, order=True)
class Rate:
    """A row of the seed.

    Attributes:
        currency: ISO 4217.
        valid_from: first day on which the rate holds.
        units_per_eur: units of the currency for one euro, as the bank writes it.
    """

    currency: str
    valid_from: date
    units_per_eur: str


def read_reference_rates(file: Path) -> list[Rate]:
    """All rates of the bank's file, by currency and day.

    Args:
        file: ``eurofxref-hist.zip`` or the ``.csv`` inside.

    Raises:
        ExchangeRateError: the file cannot be read, or its layout is another.
    """
    rows = csv.reader(io.StringIO(_text(file)))
    head = [name.strip() for name in next(rows, [])]
    currencies = {place: name for place, name in enumerate(head) if place and name}
    if head[:1] != ["Date"] or not currencies:
        raise ExchangeRateError(
            f"{file.name} is no table of reference rates: its first line begins with "
            f"{(head or [''])[0]!r} and not with 'Date'. Give eurofxref-hist.zip of the European "
            "Central Bank, or the file inside."
        )
    rates: dict[tuple[str, date], str] = {}
    for row in rows:
        if not any(row):
            continue
        day = _day(row[0], f"{file.name}, line {rows.line_num}")
        for place, currency in currencies.items():
            text = row[place].strip() if place < len(row) else ""
            if text not in _NO_RATE:
                _check_rate(text, f"{file.name}, line {rows.line_num}, {currency}")
                rates[currency, day] = text
    return sorted(Rate(currency, day, text) for (currency, day), text in rates.items())


def thin_out(rates: Sequence[Rate], interval: Interval) -> list[Rate]:
    """The rows for the seed.

    By month a rate is the last that the bank had published when the month began, so that what an
    order is worth never changes afterwards; the first month of a currency begins with its first
    rate.

    Args:
        rates: all rates, by currency and day.
        interval: how often a rate changes.
    """
    if interval is Interval.DAY:
        return list(rates)
    newest = max((rate.valid_from for rate in rates), default=date.min)
    by_currency: dict[str, list[Rate]] = {}
    for rate in rates:
        by_currency.setdefault(rate.currency, []).append(rate)
    return [row for quoted in by_currency.values() for row in _by_month(quoted, newest)]


def merge(seed: Sequence[Rate], rates: Sequence[Rate]) -> list[Rate]:
    """The seed with the rates of a file: they replace what it had from their first day on.

    Rows of other currencies and of days before stay, such as rates of the user's own treasury.
    """
    first_days: dict[str, date] = {}
    for rate in rates:
        day = first_days.setdefault(rate.currency, rate.valid_from)
        first_days[rate.currency] = min(day, rate.valid_from)
    kept = [
        rate
        for rate in seed
        if rate.currency not in first_days or rate.valid_from < first_days[rate.currency]
    ]
    return sorted([*kept, *rates])


def read_seed(file: Path) -> list[Rate]:
    """The rows of the seed.

    Raises:
        ExchangeRateError: it cannot be read.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return [_seed_row(row) for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ExchangeRateError(f"The seed {file} cannot be read: {error}") from None


def as_csv(rates: Sequence[Rate]) -> str:
    """The seed's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((rate.currency, rate.valid_from, rate.units_per_eur) for rate in rates)
    return text.getvalue()


def refresh(file: Path, interval: Interval, seed: Path | None = None) -> tuple[int, date]:
    """Write the seed anew with the rates of a file; how many currencies, and its newest day.

    Args:
        file: see `read_reference_rates`.
        interval: how often a rate changes.
        seed: default `SEED`.

    Raises:
        ExchangeRateError: the file or the seed is not in order; the seed stays as it was.
    """
    seed = seed or SEED
    published = read_reference_rates(file)
    if not published:
        raise ExchangeRateError(f"{file.name} holds no rate.")
    text = as_csv(merge(read_seed(seed), thin_out(published, interval)))
    # Written beside and moved: a seed cut short would be read as a shorter one.
    beside = seed.with_suffix(".csv.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(seed)
    except OSError as error:
        raise ExchangeRateError(f"{seed} cannot be written: {error.strerror}") from None
    return (
        len({rate.currency for rate in published}),
        max(rate.valid_from for rate in published),
    )


def _text(file: Path) -> str:
    try:
        if not zipfile.is_zipfile(file):
            return file.read_text(encoding="utf-8-sig")
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if len(names) != 1:
                raise ExchangeRateError(f"{file.name} holds {len(names)} CSV files, not one.")
            return archive.read(names[0]).decode("utf-8-sig")
    except OSError as error:
        raise ExchangeRateError(f"{file} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, zipfile.BadZipFile):
        raise ExchangeRateError(f"{file.name} is neither a CSV file nor a whole zip.") from None


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ExchangeRateError(f"{place}: no day like 2025-12-31.") from None


def _check_rate(text: str, place: str) -> None:
    try:
        is_rate = _SMALLEST <= Decimal(text) < _LARGEST
    except InvalidOperation:
        is_rate = False
    if not is_rate:
        raise ExchangeRateError(f"{place}: {text!r} is no rate.")


def _by_month(quoted: Sequence[Rate], newest: date) -> Iterator[Rate]:
    """The months of one currency up to the newest day of the file."""
    days = [rate.valid_from for rate in quoted]
    yield quoted[0]
    month = _next_month(days[0])
    while month <= newest:
        place = bisect_right(days, month) - 1
        if month - days[place] <= _QUOTED_WITHIN:
            yield Rate(quoted[0].currency, month, quoted[place].units_per_eur)
        month = _next_month(month)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _seed_row(row: Mapping[str, str]) -> Rate:
    currency, valid_from, units_per_eur = (row[name] for name in HEADER)
    return Rate(currency, date.fromisoformat(valid_from), units_per_eur)
