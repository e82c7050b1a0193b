"""One simulation from settings to files: chunk by chunk, then day by day."""

import json
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator import catalogue
from simulator import world as w
from simulator.browsing import Events, Sessions, click, visit
from simulator.faults import plant
from simulator.landing import FORMATS, Renderer, renderer, write_window
from simulator.outreach import Consents, Feedback, Messages, answer, reach
from simulator.people import KINDS, Contacts, People, contact_keys, populate, register
from simulator.purchases import ONLINE, STORE, Lines, Orders, buy, fill
from simulator.settings import CHUNK, DAY, FloatArray, IntArray, Settings, SimulatorError, Summary
from simulator.spill import Spill, windows
from simulator.text import choose, digits, hexes
from simulator.world import World

#: Called with the name of a step, the steps done and the steps in all.
Progress = Callable[[str, int, int], None]
#: Rows that are rendered at a time; two windows are in memory at once.
_WINDOW = 120_000
_FIRST_ORDER_NUMBER = 100_000_001


def _seconds(times: FloatArray) -> IntArray:
    """Whole seconds; -1 where the time is infinite or unknown."""
    return np.where(np.isfinite(times), times, -1).astype(np.int64)


@dataclass
class _Chunk:
    """Everything about the people of one chunk."""

    index: int
    people: People
    contacts: Contacts
    orders: Orders
    lines: Lines
    sessions: Sessions
    consents: Consents
    messages: Messages
    feedback: Feedback
    events: Events


def _live(world: World, index: int, first: int, count: int) -> _Chunk:
    """The lives of the people ``first`` to ``first + count - 1``; each chunk has its own chance."""
    rng = np.random.default_rng([world.settings.seed, 3, index])
    people = populate(world, rng, first, count)
    contacts = register(world, rng, people)
    orders = buy(world, rng, people, contacts)
    orders, lines = fill(world, rng, people, orders)
    orders, sessions = visit(world, rng, people, contacts, orders)
    consents, messages = reach(world, rng, people, contacts, orders)
    # No cookie where tracking is off.
    device = np.where(orders.at < consents.stops[orders.person], orders.device, np.uint64(0))
    orders = replace(orders, device=device)
    feedback = answer(world, rng, contacts, orders)
    events = click(world, rng, people, orders, sessions, consents.stops)
    return _Chunk(
        index, people, contacts, orders, lines, sessions, consents, messages, feedback, events
    )


def _numbers(contacts: Contacts, positions: IntArray) -> IntArray:
    """Global numbers of contact records; -1 stays -1."""
    return np.append(contacts.number, -1)[positions]


def _spill(store: Spill, chunk: _Chunk, base: int) -> None:
    """Put a chunk's rows into the store. ``base``: orders of the chunks before it."""
    people, contacts, orders, lines = chunk.people, chunk.contacts, chunk.orders, chunk.lines
    far = chunk.index << 36
    store.add(
        "contacts",
        pa.table(
            {
                "at": _seconds(np.floor(contacts.row_updated)),
                "contact": contacts.number[contacts.row_contact],
                "created": _seconds(np.floor(contacts.created))[contacts.row_contact],
                **contacts.rows,
            }
        ),
    )

    # An order is sent when it is placed, and again when it arrives or is cancelled.
    ended = np.minimum(orders.delivered, orders.cancelled)
    again = np.flatnonzero(np.isfinite(ended) & (orders.way != STORE))
    row = np.concatenate([np.arange(orders.count), again])
    final = np.arange(row.size) >= orders.count
    at_till = orders.way[row] == STORE
    status = np.where(np.isfinite(orders.cancelled[row]), 2, 1)
    channel = np.where(orders.app, 1, np.where(orders.way == ONLINE, 0, orders.way + 1))
    card = contacts.card.take(
        pa.array(contacts.of_person[orders.person, 0], mask=~orders.shows_card)
    )
    index = pa.array(row)
    store.add(
        "orders",
        pa.table(
            {
                "at": _seconds(np.where(final, ended[row], orders.at[row])),
                "order": base + row,
                "contact": _numbers(contacts, orders.contact[row]),
                "email": orders.email.take(index),
                "phone": orders.phone.take(index),
                "device": orders.device[row],
                "card": card.take(index),
                "ordered": _seconds(orders.at[row]),
                "channel": channel[row],
                "status": np.where(final | at_till, status, 0),
                "country": people.country[orders.person[row]],
                "promised": _seconds(orders.promised[row]),
                "delivered": np.where(final | at_till, _seconds(orders.delivered[row]), -1),
            }
        ),
    )
    back = np.isfinite(lines.returned)
    store.add(
        "order_lines",
        pa.table(
            {
                "at": _seconds(np.where(back, lines.returned, orders.at[lines.order])),
                "order": base + lines.order,
                "number": lines.number,
                "product": lines.product,
                "quantity": lines.quantity,
                "price": lines.price,
                "discount": lines.discount,
                "tax": lines.tax,
                "returned": _seconds(lines.returned),
                "origin": lines.origin,
            }
        ),
    )
    events, sessions = chunk.events, chunk.sessions
    person = sessions.person[events.session]
    store.add(
        "events",
        pa.table(
            {
                "at": events.received,
                "event": far + np.arange(events.at.size),
                "occurred": events.at,
                "name": events.name.astype(np.int8),
                "device": sessions.device[events.session],
                "user": _numbers(contacts, events.user),
                "device_type": sessions.device_type[events.session].astype(np.int8),
                "platform": sessions.platform[events.session].astype(np.int8),
                "country": people.country[person].astype(np.int8),
                "region": people.region[person].astype(np.int8),
                "path": events.path.astype(np.int16),
                "entry": events.entry.astype(np.int8),
                "product": events.product.astype(np.int16),
                "order": np.where(events.order < 0, -1, base + events.order),
                "status": events.status.astype(np.int16),
                "value": events.value,
            }
        ),
    )
    messages, feedback, consents = chunk.messages, chunk.feedback, chunk.consents
    store.add(
        "messages",
        pa.table(
            {
                "at": _seconds(messages.at),
                "message": far + messages.message,
                "action": messages.action,
                "channel": messages.channel,
                "campaign": messages.campaign,
                "contact": _numbers(contacts, messages.contact),
                "address": messages.address,
            }
        ),
    )
    store.add(
        "feedback",
        pa.table(
            {
                "at": _seconds(feedback.at),
                "feedback": far + np.arange(feedback.at.size),
                "kind": feedback.kind,
                "score": feedback.score,
                "text": feedback.text,
                "contact": _numbers(contacts, feedback.contact),
                "order": np.where(feedback.order < 0, -1, base + feedback.order),
                "email": feedback.email,
            }
        ),
    )
    of = pa.array(consents.contact)
    address = choose(
        consents.channel == 0,
        contacts.email.take(of),
        choose(consents.channel == 1, contacts.phone.take(of), pa.nulls(len(of), pa.string())),
    )
    store.add(
        "consents",
        pa.table(
            {
                "at": _seconds(consents.at),
                "contact": _numbers(contacts, consents.contact),
                "address": address,
                "purpose": consents.purpose,
                "channel": consents.channel,
                "granted": consents.granted,
                "source": consents.source,
            }
        ),
    )


_TRUTH = {
    "people": pa.schema(
        [
            ("person_id", pa.int64()),
            ("household_id", pa.int64()),
            ("kind", pa.string()),
            ("country", pa.string()),
            ("arrived_at", pa.timestamp("s", "UTC")),
            ("first_order_at", pa.timestamp("s", "UTC")),
            ("order_count", pa.int32()),
            ("bgnbd_rate_per_week", pa.float64()),
            ("bgnbd_dropout", pa.float64()),
            ("is_alive_at_end", pa.bool_()),
            ("is_test_account", pa.bool_()),
            ("is_tracked", pa.bool_()),
            ("tracking_withdrawn_at", pa.timestamp("s", "UTC")),
            ("contact_count", pa.int32()),
            ("has_loyalty_card", pa.bool_()),
            ("has_app", pa.bool_()),
            ("shares_phone", pa.bool_()),
            ("shares_email", pa.bool_()),
            ("shares_tablet", pa.bool_()),
            ("is_twin", pa.bool_()),
            ("office_id", pa.int64()),
            ("deletes_cookies_at", pa.timestamp("s", "UTC")),
            ("store_share", pa.float64()),
        ]
    ),
    "contact_owner": pa.schema([("contact_key", pa.string()), ("person_id", pa.int64())]),
    "device_owner": pa.schema(
        [("anonymous_id", pa.string()), ("person_ids", pa.list_(pa.int64()))]
    ),
}


class _Truth:
    """Writers of the truth tables, one row group a chunk."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._writers = {
            name: pq.ParquetWriter(
                settings.truth / f"{name}.parquet", schema, compression="zstd", store_schema=False
            )
            for name, schema in _TRUTH.items()
        }
        self._epoch = int(np.datetime64(settings.start, "s").astype(np.int64))

    def _time(self, seconds: FloatArray) -> pa.Array:
        whole = _seconds(np.floor(seconds))
        inside = (whole >= 0) & (whole < self._settings.days * DAY)
        return pa.array(whole + self._epoch, mask=~inside).cast(pa.timestamp("s", "UTC"))

    def add(self, chunk: _Chunk) -> None:
        """Write who a chunk's people are."""
        people, orders, contacts = chunk.people, chunk.orders, chunk.contacts
        count = people.count
        first = np.full(count, np.inf)
        first[orders.person[orders.sequence == 0]] = orders.at[orders.sequence == 0]
        bought = np.bincount(orders.person, minlength=count)
        buys = bought > 0
        alive = pa.array(~np.isfinite(orders.gone_at), mask=~buys)
        planned = people.kind == KINDS.index("buyer")
        columns = [
            pa.array(people.ids),
            pa.array(people.head),
            pa.array(KINDS).take(pa.array(people.kind)),
            pa.array(w.COUNTRIES).take(pa.array(people.country)),
            self._time(people.arrives),
            self._time(first),
            pa.array(bought.astype(np.int32)),
            pa.array(people.rate, mask=~planned),
            pa.array(people.dropout, mask=~planned),
            alive,
            pa.array(people.is_test),
            pa.array(people.tracked),
            self._time(chunk.consents.stops),
            pa.array(np.bincount(contacts.person, minlength=count).astype(np.int32)),
            pa.array(people.has_card),
            pa.array(people.has_app),
            pa.array(people.shared_phone),
            pa.array(people.family_email),
            pa.array(people.shares_tablet),
            pa.array(people.is_twin),
            pa.array(people.office, mask=people.office < 0),
            self._time(people.reset),
            pa.array(people.store),
        ]
        self._write("people", columns)
        keys = contact_keys(contacts.number, self._settings.seed)
        self._write("contact_owner", [keys, pa.array(people.ids[contacts.person])])

        # Every device that the shop saw: in an event, or in an order whose events were lost.
        events, sessions = chunk.events, chunk.sessions
        seen = np.unique(events.session)
        device = np.concatenate([sessions.device[seen], orders.device])
        owner = people.ids[np.concatenate([sessions.person[seen], orders.person])]
        device, owner = device[device != 0], owner[device != 0]
        sort = np.lexsort((owner, device))
        device, owner = device[sort], owner[sort]
        fresh = np.ones(device.size, dtype=np.bool_)
        fresh[1:] = (device[1:] != device[:-1]) | (owner[1:] != owner[:-1])
        device, owner = device[fresh], owner[fresh]
        names, starts = np.unique(device, return_index=True)
        offsets = pa.array(np.append(starts, device.size).astype(np.int32))
        lists = pa.ListArray.from_arrays(offsets, pa.array(owner))
        self._write("device_owner", [hexes(names), lists])

    def _write(self, name: str, columns: list[pa.Array]) -> None:
        self._writers[name].write_table(pa.table(columns, schema=_TRUTH[name]))

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()


def _silent(_step: str, _done: int, _total: int) -> None:
    """No progress display."""


def _prepare(settings: Settings, overwrite: bool) -> Summary | None:
    """Empty folders to write to; or the summary of the same simulation, if it is there already."""
    record = settings.truth / "settings.json"
    if record.exists():
        told = json.loads(record.read_text(encoding="utf-8"))
        if told.get("settings") == settings.recorded() and not overwrite:
            kept = told["summary"]
            return Summary(settings.landing, settings.truth, **kept, reused=True)
    there = [folder for folder in (settings.landing, settings.truth) if folder.exists()]
    if there and not overwrite:
        raise SimulatorError(
            f"{there[0]} is there already, of another or an unfinished simulation; "
            "choose another folder, or overwrite it (--overwrite)"
        )
    for folder in there:
        shutil.rmtree(folder)
    for feed in FORMATS:
        (settings.landing / feed).mkdir(parents=True)
    settings.truth.mkdir(parents=True)
    return None


def _write_feeds(
    store: Spill, render: Renderer, report: Callable[[int], None]
) -> tuple[dict[str, int], dict[str, int]]:
    """Write all landing files. Returns rows and files per feed."""
    rows, files = dict.fromkeys(FORMATS, 0), dict.fromkeys(FORMATS, 0)

    def write(task: tuple[str, int, int]) -> tuple[str, int, int, int]:
        feed, first, last = task
        table = store.window(feed, first, last)
        return feed, table.num_rows, write_window(render, feed, table, first, last), last - first

    tasks = [
        (feed, first, last)
        for feed in FORMATS
        for first, last in windows(store.rows(feed), _WINDOW)
    ]
    # Arrow, gzip and the disk let go of the interpreter: two threads keep two cores busy.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for feed, count, made, days in pool.map(write, tasks):
            rows[feed] += count
            files[feed] += made
            report(days)
    return rows, files


def simulate(
    settings: Settings, progress: Progress | None = None, overwrite: bool = False
) -> Summary:
    """Write the landing files and the truth of one simulation.

    The same settings and seed give the same bytes. Where the same simulation is there already,
    nothing is written.

    Args:
        settings: what to simulate and where to write it.
        progress: told about each step.
        overwrite: remove what ``landing/shop`` and ``truth`` hold.

    Returns:
        Rows, files and people written, and the faults planted.

    Raises:
        SimulatorError: the folders hold something else and ``overwrite`` is false.
    """
    kept = _prepare(settings, overwrite)
    if kept is not None:
        return kept
    tell = progress or _silent
    world = w.build(settings)
    starts = range(0, settings.customers, CHUNK)
    people = dict.fromkeys(KINDS, 0)
    sold = np.zeros((settings.days, w.PRODUCTS), dtype=np.int64)
    order_at: list[IntArray] = []
    order_owner: list[IntArray] = []
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=settings.out) as folder:
        store = Spill(Path(folder), settings.days)
        truth = _Truth(settings)
        base = 0
        for index, first in enumerate(starts):
            tell("people", first, settings.customers)
            # A household never spans two chunks.
            chunk = _live(world, index, first, min(CHUNK, settings.customers - first))
            _spill(store, chunk, base)
            truth.add(chunk)
            for code, kind in enumerate(KINDS):
                people[kind] += int((chunk.people.kind == code).sum())
            order_at.append(_seconds(chunk.orders.at))
            order_owner.append(chunk.people.ids[chunk.orders.person])
            base += chunk.orders.count
            lines = chunk.lines
            when = np.where(
                np.isfinite(lines.returned), lines.returned, chunk.orders.at[lines.order]
            )
            np.add.at(sold, ((when // DAY).astype(np.int64), lines.product), lines.quantity)
        truth.close()
        tell("people", settings.customers, settings.customers)

        goods = catalogue.products(world, sold)
        store.add("products", goods.drop_columns(["day"]))
        spend = catalogue.ad_spend(world)
        store.add("ad_spend", spend.append_column("at", pa.array(spend["day"].to_numpy() * DAY)))

        # The shop numbers its orders one by one, as they come.
        at = np.concatenate(order_at)
        rank = np.argsort(at, kind="stable")
        numbers = np.empty(at.size, dtype=np.int64)
        numbers[rank] = _FIRST_ORDER_NUMBER + np.arange(at.size)
        _owners(settings, numbers[rank], np.concatenate(order_owner)[rank])

        total = sum(
            last - first for feed in FORMATS for first, last in windows(store.rows(feed), _WINDOW)
        )
        done = 0

        def report(days: int) -> None:
            nonlocal done
            done += days
            tell("files", done, total)

        rows, files = _write_feeds(store, renderer(settings, numbers), report)

    tell("faults", 0, len(settings.plant))
    faults = plant(settings.landing, settings.truth, settings.end, settings.plant, settings.seed)
    told = {"rows": rows, "files": files, "people": people, "faults": faults}
    # Written last: a simulation without it did not finish.
    (settings.truth / "settings.json").write_text(
        json.dumps({"settings": settings.recorded(), "summary": told}, indent=2) + "\n",
        encoding="utf-8",
    )
    return Summary(settings.landing, settings.truth, rows, files, people, faults)


def _owners(settings: Settings, numbers: IntArray, owners: IntArray) -> None:
    """Write ``truth/order_owner.parquet``."""
    table = pa.table({"order_key": digits(numbers, 9), "person_id": owners})
    pq.write_table(
        table, settings.truth / "order_owner.parquet", compression="zstd", store_schema=False
    )
