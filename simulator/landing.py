"""Codes to landing files: one file a feed and day, always the same bytes."""

import datetime as dt
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator import outreach
from simulator import world as w
from simulator.people import contact_keys
from simulator.settings import DAY, BoolArray, IntArray, Settings
from simulator.text import (
    blank,
    csv_lines,
    digits,
    hexes,
    join,
    json_lines,
    mix,
    money,
    pick,
    quoted,
)

CSV, GZIP, JSON, PARQUET = "csv", "csv.gz", "jsonl", "parquet"
FORMATS = {
    "contacts": CSV,
    "orders": CSV,
    "order_lines": CSV,
    "products": CSV,
    "events": PARQUET,
    "messages": GZIP,
    "feedback": JSON,
    "ad_spend": CSV,
    "consents": JSON,
}
#: Days after the end that a promised delivery may fall on.
_AHEAD = 10
_SECONDS = pa.array(
    [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(DAY)]
)  # fmt: skip


def _ints(table: pa.Table, name: str) -> IntArray:
    values: IntArray = table[name].to_numpy().astype(np.int64, copy=False)
    return values


def _text(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()


@dataclass(frozen=True)
class Renderer:
    """Turns spilled codes into the columns of the contract, all of them text.

    Attributes:
        settings: the simulation.
        days: text of each day, and of the days just after the end.
        order_numbers: order number of each order of the simulation, by its position.
    """

    settings: Settings
    days: pa.Array
    order_numbers: IntArray

    def stamp(self, seconds: IntArray) -> pa.Array:
        """ISO 8601 in UTC; null where the seconds are negative."""
        day = np.where(seconds < 0, -1, seconds // DAY)
        return join(pick(self.days, day), pick(_SECONDS, seconds % DAY))

    def order_key(self, positions: IntArray) -> pa.Array:
        """Order numbers; null where the position is negative."""
        if not self.order_numbers.size:
            return pa.nulls(positions.size, pa.string())
        return blank(digits(self.order_numbers[np.maximum(positions, 0)], 9), positions < 0)

    def contact_key(self, numbers: IntArray) -> pa.Array:
        """Keys of contact records; null where the number is negative."""
        return contact_keys(numbers, self.settings.seed)

    def contacts(self, table: pa.Table) -> dict[str, pa.Array]:
        """Contact records."""
        names = ["email", "phone", "first_name", "last_name", "birth_date", "street", "postcode",
                 "city", "country", "company", "loyalty_card", "is_test_account"]  # fmt: skip
        return {
            "contact_key": self.contact_key(_ints(table, "contact")),
            **{name: _text(table, name) for name in names},
            "created_at": self.stamp(_ints(table, "created")),
            "updated_at": self.stamp(_ints(table, "at")),
        }

    def orders(self, table: pa.Table) -> dict[str, pa.Array]:
        """Versions of orders."""
        country = _ints(table, "country")
        device = table["device"].to_numpy()
        return {
            "order_key": self.order_key(_ints(table, "order")),
            "contact_key": self.contact_key(_ints(table, "contact")),
            "email": _text(table, "email"),
            "phone": _text(table, "phone"),
            "anonymous_id": blank(hexes(device), device == 0),
            "loyalty_card": _text(table, "card"),
            "ordered_at": self.stamp(_ints(table, "ordered")),
            "sales_channel": pick(
                pa.array(["web", "app", "store", "phone"]), _ints(table, "channel")
            ),
            "status": pick(
                pa.array(["placed", "delivered", "cancelled"]), _ints(table, "status")
            ),
            "currency": pick(pa.array(w.CURRENCIES), country),
            "country": pick(pa.array(w.COUNTRIES), country),
            "promised_at": self.stamp(_ints(table, "promised")),
            "delivered_at": self.stamp(_ints(table, "delivered")),
            "updated_at": self.stamp(_ints(table, "at")),
        }  # fmt: skip

    def order_lines(self, table: pa.Table) -> dict[str, pa.Array]:
        """Order lines and returns."""
        returned, origin = _ints(table, "returned"), _ints(table, "origin")
        return {
            "order_key": self.order_key(_ints(table, "order")),
            "line_number": table["number"].combine_chunks().cast(pa.string()),
            "product_key": pick(pa.array(w.PRODUCT_KEYS), _ints(table, "product")),
            "quantity": table["quantity"].combine_chunks().cast(pa.string()),
            "unit_price": money(_ints(table, "price")),
            "discount": money(_ints(table, "discount")),
            "tax": money(_ints(table, "tax")),
            "is_return": pick(pa.array(["false", "true"]), (returned >= 0).astype(np.int64)),
            "returned_line_number": blank(pa.array(origin).cast(pa.string()), origin == 0),
            "returned_at": self.stamp(returned),
        }

    def products(self, table: pa.Table) -> dict[str, pa.Array]:
        """Versions of products."""
        product = _ints(table, "product")
        return {
            "product_key": pick(pa.array(w.PRODUCT_KEYS), product),
            "name": pick(pa.array(w.PRODUCT_NAMES), product),
            "category": pick(pa.array(w.CATEGORIES), product // w.PER_CATEGORY),
            "list_price": money(_ints(table, "price")),
            "unit_cost": money(_ints(table, "cost")),
            "currency": pick(pa.array(["EUR"]), np.zeros_like(product)),
            "stock": table["stock"].combine_chunks().cast(pa.string()),
            "updated_at": self.stamp(_ints(table, "at")),
        }

    def events(self, table: pa.Table) -> dict[str, pa.Array]:
        """Tracked events; the status is a number and the value a decimal, the rest is text."""
        country, entry = _ints(table, "country"), _ints(table, "entry")
        product, value = _ints(table, "product"), _ints(table, "value")
        regions = pa.array([name for group in w.REGIONS for name in group])
        entries = [
            pick(pa.array([row[place] for row in w.ENTRIES], pa.string()), entry)
            for place in range(1, 5)
        ]
        salt = self.settings.seed + 2
        return {
            "event_key": hexes(mix(_ints(table, "event"), salt)),
            "event_name": pick(pa.array(w.EVENT_NAMES), _ints(table, "name")),
            "occurred_at": self.stamp(_ints(table, "occurred")),
            "received_at": self.stamp(_ints(table, "at")),
            "anonymous_id": hexes(table["device"].to_numpy()),
            "user_key": self.contact_key(_ints(table, "user")),
            "device_type": pick(pa.array(w.DEVICE_TYPES), _ints(table, "device_type")),
            "platform": pick(pa.array(w.PLATFORMS), _ints(table, "platform")),
            "country": pick(pa.array(w.COUNTRIES), country),
            "region": pick(regions, country * 4 + _ints(table, "region")),
            "page_path": pick(pa.array(w.PATHS), _ints(table, "path")),
            "referrer": entries[3],
            "utm_source": entries[0],
            "utm_medium": entries[1],
            "utm_campaign": entries[2],
            "product_key": pick(pa.array(w.PRODUCT_KEYS), product),
            "order_key": self.order_key(_ints(table, "order")),
            "http_status": table["status"].combine_chunks().cast(pa.int16()),
            "value": blank(money(np.maximum(value, 0)), value < 0).cast(pa.decimal128(12, 2)),
        }

    def messages(self, table: pa.Table) -> dict[str, pa.Array]:
        """Actions on messages."""
        weeks = self.settings.days // 7 + 1
        dates = [self.settings.start + dt.timedelta(days=7 * week) for week in range(weeks)]
        names = pa.array([*(f"newsletter-{day}" for day in dates), *outreach.FIXED_CAMPAIGNS])
        campaign = _ints(table, "campaign")
        return {
            "message_key": hexes(mix(_ints(table, "message"), self.settings.seed + 3)),
            "action": pick(pa.array(w.MESSAGE_ACTIONS), _ints(table, "action")),
            "occurred_at": self.stamp(_ints(table, "at")),
            "channel": pick(pa.array(w.MESSAGE_CHANNELS), _ints(table, "channel")),
            "campaign_key": pick(names, np.where(campaign < 0, len(names) + campaign, campaign)),
            "contact_key": self.contact_key(_ints(table, "contact")),
            "address": _text(table, "address"),
        }

    def feedback(self, table: pa.Table) -> dict[str, pa.Array]:
        """Answers."""
        score = _ints(table, "score")
        return {
            "feedback_key": hexes(mix(_ints(table, "feedback"), self.settings.seed + 4)),
            "kind": pick(pa.array(w.FEEDBACK_KINDS), _ints(table, "kind")),
            "score": blank(pa.array(score), score < 0),
            "text": pick(pa.array(w.FEEDBACK_TEXTS), _ints(table, "text")),
            "submitted_at": self.stamp(_ints(table, "at")),
            "contact_key": self.contact_key(_ints(table, "contact")),
            "email": _text(table, "email"),
            "order_key": self.order_key(_ints(table, "order")),
        }

    def ad_spend(self, table: pa.Table) -> dict[str, pa.Array]:
        """Advertising costs."""
        campaign = _ints(table, "campaign")
        channels, names, purposes, _ = zip(*w.AD_CAMPAIGNS, strict=True)
        return {
            "spend_date": pick(self.days, _ints(table, "at") // DAY),
            "channel": pick(pa.array(channels), campaign),
            "campaign": pick(pa.array(names), campaign),
            "cost": money(_ints(table, "cost")),
            "currency": pick(pa.array(["EUR"]), np.zeros_like(campaign)),
            "purpose": pick(pa.array(purposes), campaign),
        }

    def consents(self, table: pa.Table) -> dict[str, pa.Array]:
        """Changes of consent."""
        granted = _ints(table, "granted")
        purposes = pa.array(["tracking", "marketing", "personalisation"])
        return {
            "contact_key": self.contact_key(_ints(table, "contact")),
            "address": _text(table, "address"),
            "purpose": pick(purposes, _ints(table, "purpose")),
            "channel": pick(pa.array(["email", "sms", "push", "web"]), _ints(table, "channel")),
            "state": pick(pa.array(["withdrawn", "granted"]), granted),
            "changed_at": self.stamp(_ints(table, "at")),
            "legal_basis": pick(pa.array(["consent"]), np.zeros_like(granted)),
            "source": pick(pa.array(w.CONSENT_SOURCES), _ints(table, "source")),
        }

    def columns(self, feed: str, table: pa.Table) -> dict[str, pa.Array]:
        """The columns of a feed's contract."""
        render: Callable[[pa.Table], dict[str, pa.Array]] = getattr(self, feed)
        return render(table)


def renderer(settings: Settings, order_numbers: IntArray) -> Renderer:
    """A renderer for these settings."""
    count = settings.days + _AHEAD
    days = [(settings.start + dt.timedelta(days=day)).isoformat() for day in range(count)]
    return Renderer(settings, pa.array(days), order_numbers)


def path_of(landing: Path, feed: str, day: dt.date) -> Path:
    """Landing file of a feed and day."""
    return landing / feed / f"{feed}_{day.isoformat()}.{FORMATS[feed]}"


def pack(feed: str, columns: dict[str, pa.Array]) -> tuple[bytes, pa.Array]:
    """Header and lines of a text feed; only what a spreadsheet would trip over is quoted."""
    if FORMATS[feed] == JSON:
        return b"", json_lines(columns)
    free = {"company", "name", "street", "city", "last_name", "first_name", "email", "address"}
    fields = [quoted(values) if name in free else values for name, values in columns.items()]
    return (",".join(columns) + "\n").encode(), csv_lines(fields)


def write_text(path: Path, content: bytes) -> None:
    """Write a text file, compressed if its name says so; no time of day gets into the archive."""
    path.write_bytes(gzip.compress(content, 6, mtime=0) if path.suffix == ".gz" else content)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a Parquet file; the settings are fixed because the bytes depend on them."""
    pq.write_table(
        table, path, compression="zstd", version="2.6", data_page_version="1.0",
        row_group_size=1_000_000, write_statistics=True, store_schema=False,
    )  # fmt: skip


def _slices(lines: pa.Array, bounds: IntArray) -> Iterator[bytes]:
    """The bytes of the lines between neighbouring bounds. Shape of bounds: (parts + 1,)."""
    _, offset_buffer, data = lines.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[lines.offset :]
    content = memoryview(data) if data is not None else memoryview(b"")
    for first, last in pairwise(offsets[bounds].tolist()):
        yield bytes(content[first:last])


def write_window(
    render: Renderer, feed: str, table: pa.Table, first: int, last: int
) -> int:  # fmt: skip
    """Write the files of the days ``first`` to ``last - 1``; a day without rows gets no file.

    Returns:
        Number of files.
    """
    settings = render.settings
    bounds = np.searchsorted(_ints(table, "at") // DAY, np.arange(first, last + 1))
    columns = render.columns(feed, table)
    filled: BoolArray = np.diff(bounds) > 0
    days = [settings.start + dt.timedelta(days=int(day)) for day in range(first, last)]
    if FORMATS[feed] == PARQUET:
        rendered = pa.table(columns)
        for place, day in enumerate(days):
            if filled[place]:
                size = int(bounds[place + 1] - bounds[place])
                part = rendered.slice(int(bounds[place]), size)
                write_parquet(path_of(settings.landing, feed, day), part)
    else:
        header, lines = pack(feed, columns)
        for place, content in enumerate(_slices(lines, bounds)):
            if filled[place]:
                write_text(path_of(settings.landing, feed, days[place]), header + content)
    return int(filled.sum())
